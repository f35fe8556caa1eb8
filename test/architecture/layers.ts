import type { Project, Rule, SourceFile } from './project.js';

/** architecture.md §1, from the ground up. Folders of one layer are strangers to each other. */
export const LAYERS: readonly (readonly string[])[] = [
  ['protocol'],
  ['state', 'decorators', 'transport'],
  ['directory', 'sdk'],
  ['placement', 'isolation', 'events'],
  ['silo'],
  ['examples'],
];
/** Beside the house: they may look at all of it, and nothing in it looks at them. */
const OUTSIDE = new Set(['test', 'bench', 'scripts', 'docs']);
const DOORS = new Set(['troupe', 'troupe/silo', 'troupe/client', 'troupe/testing']);
const EXAMPLE_PACKAGES = new Set(['zod']);
const FORBIDDEN_FOLDERS = new Set(['utils', 'common', 'types', 'helpers']);

function layerOf(folder: string): number {
  return LAYERS.findIndex((folders) => folders.includes(folder));
}

/** A file imports from its own top-level folder or from a lower layer, never sideways, never up; types count. */
export const checkLayers: Rule = (project) => {
  const violations: string[] = [];
  for (const { file, use } of project.imports(({ folder }) => layerOf(folder) >= 0 && folder !== 'examples')) {
    if (use.package === 'troupe') violations.push(`${file.path}:${use.line}: imports the door '${use.specifier}' of its own house; import the file`);
    if (use.file === undefined) continue;
    const [target = ''] = use.file.split('/');
    if (target === file.folder) continue;
    if (layerOf(target) < 0 || layerOf(target) >= layerOf(file.folder)) {
      violations.push(`${file.path}:${use.line}: ${file.folder}/ imports ${use.file}: ${describe(file.folder, target)}`);
    }
  }
  return violations;
};

function describe(from: string, to: string): string {
  if (OUTSIDE.has(to)) return `${to}/ is outside the house`;
  if (layerOf(to) < 0) return 'no folder of the house';
  return layerOf(to) === layerOf(from) ? 'sideways' : 'up';
}

/** Every source file stands in a folder of the house or beside it, and no folder is a drawer for everything. */
export const checkFolders: Rule = (project) => project.files.flatMap(({ path, folder }) => {
  const drawer = path.split('/').slice(0, -1).find((name) => FORBIDDEN_FOLDERS.has(name));
  if (drawer !== undefined) return [`${path}:1: no folder is called ${drawer}/: name it after its noun`];
  return layerOf(folder) >= 0 || OUTSIDE.has(folder) ? [] : [`${path}:1: ${folder}/ is no folder of the house`];
});

/** Examples import what users can: the public doors, their own files, and zod. */
export const checkExamples: Rule = (project) => {
  const violations: string[] = [];
  for (const { file, use } of project.imports(({ folder }) => folder === 'examples')) {
    const isAllowed = use.file === undefined
      ? DOORS.has(use.specifier) || EXAMPLE_PACKAGES.has(use.package ?? '')
      : use.file.startsWith(`${exampleOf(file)}/`);
    if (!isAllowed) violations.push(`${file.path}:${use.line}: an example imports '${use.specifier}': only the public doors, its own files and zod`);
  }
  return violations;
};

function exampleOf(file: SourceFile): string {
  return file.path.split('/').slice(0, 2).join('/');
}

/** The end of a file is 250 lines. */
export const checkLength: Rule = (project: Project) => project.files.flatMap(({ path, text }) => {
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  return lines > 250 ? [`${path}:${lines}: ${lines} lines; 250 is the end`] : [];
});
