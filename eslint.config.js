// Lint. Types come from the compiler's project (tsconfig.json) through `typescript`, which is an alias of version 6 here: the linter needs
// its JavaScript API, which version 7 does not have.
import tseslint from 'typescript-eslint';

const MAX_LINES = ['error', { max: 250, skipBlankLines: false, skipComments: false }];

/** Rules for every file, whatever its language. */
const everywhere = {
  'max-lines': MAX_LINES,
  'max-depth': ['error', 3],
  'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
  eqeqeq: 'error',
  'no-var': 'error',
  'prefer-const': 'error',
  'object-shorthand': 'error',
  'no-self-compare': 'error',
  'no-template-curly-in-string': 'error',
  'no-constant-binary-expression': 'error',
  'no-unreachable': 'error',
  'no-dupe-keys': 'error',
  'no-unsafe-finally': 'error',
};

export default tseslint.config(
  { ignores: ['dist/**', 'dist-*/**', 'node_modules/**', 'coverage/**', '**/public/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' }, rules: everywhere },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      // Methods of a port return promises whether or not this implementation waits for anything.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // Tests: a suite is one long function, chai's assertions are expressions, and dishonest types are what some of them are about.
    files: ['test/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      // Sources that the architecture's rules are tried on are strings.
      'no-template-curly-in-string': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-implied-eval': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    extends: [tseslint.configs.base],
    rules: {
      'no-undef': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
);
