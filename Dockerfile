# One silo that runs the arena. See docker-compose.yml.
FROM node:20-slim
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev --ignore-scripts
COPY . .
RUN npm run build
USER node
EXPOSE 3000
ENTRYPOINT ["node", "dist/silo/cli/troupe.js"]
CMD ["--config", "dist/examples/arena/silo.js", "--gateway-host", "0.0.0.0"]
