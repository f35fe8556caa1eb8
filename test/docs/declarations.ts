// What editors show of the package: the doc comments in the declarations that are published.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from './pages.js';

/** The doc comments of an interface's or class's members, or of a function (under its own name); one for each overload, empty without one. */
export function docComments(file: string, name: string): ReadonlyMap<string, readonly string[]> {
  const source = ts.createSourceFile(file, readFileSync(join(ROOT, 'dist', file), 'utf8'), ts.ScriptTarget.Latest, true);
  const comments = new Map<string, string[]>();
  const add = (key: string, node: ts.Node): void => void comments.set(key, [...(comments.get(key) ?? []), commentOf(node)]);
  for (const statement of source.statements) {
    const isNamed = (ts.isInterfaceDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isFunctionDeclaration(statement)) && statement.name?.text === name;
    if (!isNamed) continue;
    if (ts.isFunctionDeclaration(statement)) add(name, statement);
    else statement.members.forEach((member: ts.Node & { readonly name?: ts.PropertyName }) => member.name && ts.isIdentifier(member.name) && add(member.name.text, member));
  }
  if (comments.size === 0) throw new Error(`${file} declares no ${name}`);
  return comments;
}

function commentOf(node: ts.Node): string {
  return ts.getJSDocCommentsAndTags(node).map((comment) => comment.getText()).join('\n');
}
