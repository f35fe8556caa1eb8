import ts from 'typescript';

/** One import of a file, static or dynamic. */
export interface ParsedImport {
  readonly specifier: string;
  readonly line: number;
  /** Erased by the compiler: `import type`, `export type`, or a type in `import('…')`. */
  readonly isTypeOnly: boolean;
}

/** Every import of a source file: declarations, re-exports, `import()` and types in `import('…')`. */
export function parseImports(path: string, text: string): readonly ParsedImport[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, false);
  const found: ParsedImport[] = [];
  const add = (specifier: ts.Node | undefined, isTypeOnly: boolean) => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return;
    const { line } = source.getLineAndCharacterOfPosition(specifier.getStart(source));
    found.push({ specifier: specifier.text, line: line + 1, isTypeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Every string of a source file with its line; `*` stands for each expression of a template. */
export function parseStrings(path: string, text: string): readonly { readonly text: string; readonly line: number }[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, false);
  const found: { text: string; line: number }[] = [];
  const visit = (node: ts.Node): void => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    if (ts.isStringLiteralLike(node)) found.push({ text: node.text, line: line + 1 });
    if (ts.isTemplateExpression(node)) {
      found.push({ text: node.head.text + node.templateSpans.map((span) => `*${span.literal.text}`).join(''), line: line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
