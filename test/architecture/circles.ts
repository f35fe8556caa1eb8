import type { Project, Rule } from './project.js';

/** No file reaches itself through imports that remain at run time. Reports each knot of files once, as one way around it. */
export const checkCircles: Rule = (project) => {
  const reported = new Set<string>();
  const done = new Set<string>();
  const violations: string[] = [];
  const walk = (path: string, way: readonly string[]): void => {
    const start = way.indexOf(path);
    if (start >= 0) {
      const circle = way.slice(start);
      const name = [...circle].sort().join();
      if (!reported.has(name)) violations.push(`${path}:1: import circle ${[...circle, path].join(' -> ')}`);
      reported.add(name);
      return;
    }
    if (done.has(path)) return;
    for (const next of valueImportsOf(project, path)) walk(next, [...way, path]);
    done.add(path);
  };
  for (const { path } of project.files) walk(path, []);
  return violations;
};

/** The files of the project that `path` imports at run time. */
export function valueImportsOf(project: Project, path: string): readonly string[] {
  return (project.file(path)?.imports ?? []).flatMap(({ file, isTypeOnly }) => (file !== undefined && !isTypeOnly ? [file] : []));
}
