// What the package offers, read from its declarations: whatever is exported later is found without anybody listing it.

import { readFileSync } from 'node:fs';
import { parseSync } from 'rolldown/utils';

const ROOT = new URL('../../dist/index.d.ts', import.meta.url);

/**
 * @typedef {{ name: string, type: string | undefined, rest: boolean, properties: string[] }} Parameter `properties`: those of its type
 * @typedef {{ key: string, kind: 'constructor' | 'method' | 'get' | 'set', static: boolean, parameters: Parameter[] }} Member
 * @typedef {{ members: Member[], typeOnly: boolean }} ClassShape `typeOnly`: it cannot be reached by its name
 */

/** @type {Map<string, { text: string, comments: any[], declared: Map<string, any>, exported: Map<string, any>, imported: Map<string, any> }>} */
const modules = new Map();

/** The declarations of a file, and what it exports and imports. */
function moduleAt(url) {
  const known = modules.get(url.href);
  if (known !== undefined) return known;
  const text = readFileSync(url, 'utf8');
  const { program, comments, errors } = parseSync(url.pathname, text, { sourceType: 'module' });
  if (errors.length > 0) throw new Error(`${url.pathname}: ${errors[0].message}`);
  const found = { text, comments, declared: new Map(), exported: new Map(), imported: new Map() };
  modules.set(url.href, found);
  for (const node of program.body) readStatement(found, node, url);
  return found;
}

function readStatement(found, node, url) {
  const from = node.source ? new URL(node.source.value.replace(/\.js$/, '.d.ts'), url) : null;
  if (node.type === 'ImportDeclaration') {
    for (const { local, imported } of node.specifiers) found.imported.set(local.name, { from, name: imported?.name });
  } else if (node.type === 'ExportAllDeclaration') {
    for (const [name, what] of moduleAt(from).exported) found.exported.set(name, what);
  } else if (node.type === 'ExportNamedDeclaration' && node.declaration === null) {
    for (const { local, exported, exportKind } of node.specifiers) {
      const typeOnly = node.exportKind === 'type' || exportKind === 'type';
      found.exported.set(exported.name, { from: from ?? url, name: local.name, typeOnly });
    }
  } else {
    const declaration = node.declaration ?? node;
    const names = declaration.declarations?.map(({ id }) => id) ?? [declaration.id];
    for (const name of names.map((id) => id?.name).filter(Boolean)) {
      const list = found.declared.get(name) ?? [];
      list.push(node);
      found.declared.set(name, list);
      if (node.type === 'ExportNamedDeclaration') found.exported.set(name, { from: url, name, typeOnly: false });
    }
  }
}

/** Where a name is declared: the module, and the statements of that name. */
function resolve(url, name) {
  const found = moduleAt(url);
  if (found.declared.has(name)) return { url, found, nodes: found.declared.get(name) };
  const next = found.imported.get(name) ?? found.exported.get(name);
  if (next?.from?.pathname.endsWith('.d.ts') !== true || next.name === undefined) return null;
  return resolve(next.from, next.name);
}

/** The docstring of a node; undefined if it has none. */
function docstringOf({ text, comments }, node) {
  const before = comments.findLast(({ end }) => end <= node.start);
  const isItsOwn = before?.value.startsWith('*') === true && text.slice(before.end, node.start).trim() === '';
  return isItsOwn ? before.value : undefined;
}

/** Whether the comment before a node says that it is not for users. */
function isInternal(found, node) {
  return docstringOf(found, node)?.includes('@internal') === true;
}

function parameterOf(url, node) {
  const rest = node.type === 'RestElement';
  const named = node.type === 'TSParameterProperty' ? node.parameter : rest ? node.argument : node;
  const annotation = (node.typeAnnotation ?? named.typeAnnotation)?.typeAnnotation;
  return { name: named.name, type: typeName(annotation), rest, properties: propertiesOf(url, annotation) };
}

/** The first named type of an annotation; of `A & B` and `A | null` the first part. */
function typeName(annotation) {
  if (annotation?.type === 'TSTypeReference') return annotation.typeName.name;
  for (const part of annotation?.types ?? []) {
    const name = typeName(part);
    if (name !== undefined) return name;
  }
  return undefined;
}

/** The longest of the overloads. */
function merged(overloads) {
  return overloads.reduce((longest, each) => (each.length > longest.length ? each : longest));
}

function keyOf({ key, computed }) {
  if (key.type === 'PrivateIdentifier') return null;
  if (!computed) return key.name ?? key.value;
  return key.type === 'MemberExpression' ? `@@${key.property.name}` : null;
}

function membersOf({ url, found }, nodes) {
  /** @type {Map<string, Member & { overloads: Parameter[][] }>} */
  const members = new Map();
  for (const node of nodes) {
    if (node.type !== 'MethodDefinition' && node.type !== 'TSAbstractMethodDefinition') continue;
    const key = keyOf(node);
    if (key === null || key.startsWith('_') || isInternal(found, node)) continue;
    if (node.accessibility === 'private' || node.accessibility === 'protected') continue;
    const id = `${node.static} ${node.kind} ${key}`;
    const member = members.get(id) ?? { key, kind: node.kind, static: node.static, overloads: [], parameters: [] };
    member.overloads.push(node.value.params.map((each) => parameterOf(url, each)));
    members.set(id, member);
  }
  return [...members.values()].map(({ overloads, ...member }) => ({ ...member, parameters: merged(overloads) }));
}

/** Of `declare const SharedMap: SharedMapConstructor`: the class that its prototype is, with the constructors that are declared. */
function classOfConstructor(at, declarator) {
  const type = typeName(declarator.id.typeAnnotation?.typeAnnotation);
  const constructors = type && resolve(at.url, type)?.nodes[0];
  const signatures = constructors?.body?.body?.filter(({ type }) => type === 'TSConstructSignatureDeclaration') ?? [];
  if (signatures.length === 0) return null;
  const handle = typeName(signatures[0].returnType.typeAnnotation);
  const alias = resolve(at.url, handle).nodes.find((node) => node.declaration?.type === 'TSTypeAliasDeclaration');
  const shape = classShape(resolve(at.url, typeName(alias.declaration.typeAnnotation)));
  const parameters = merged(signatures.map(({ params }) => params.map((node) => parameterOf(at.url, node))));
  const own = { key: 'constructor', kind: /** @type {const} */ ('constructor'), static: false, parameters };
  return [own, ...shape.filter(({ kind }) => kind !== 'constructor')];
}

function classShape(at) {
  const { url, nodes } = at;
  const declaration = nodes[0].declaration ?? nodes[0];
  const own = membersOf(at, declaration.body.body);
  if (own.some(({ kind }) => kind === 'constructor')) return own;
  const base = declaration.superClass && resolve(url, declaration.superClass.name);
  const inherited = base ? classShape(base).filter(({ kind }) => kind === 'constructor') : [];
  return [...inherited, ...own];
}

/** Names of the properties that a type has, as far as it is one of options: an interface or literal, or made of these. */
function propertiesOf(url, type) {
  const own = (members) => members.filter(({ key }) => key !== undefined).map(keyOf);
  const all = (types) => [...new Set(types.flatMap((each) => propertiesOf(url, each)))];
  if (type?.type === 'TSTypeLiteral') return own(type.members);
  if (type?.type === 'TSUnionType' || type?.type === 'TSIntersectionType') return all(type.types);
  const name = type?.typeName?.name ?? type?.expression?.name;
  const [of, which] = type?.typeArguments?.params ?? [];
  if (name === 'Pick' || name === 'Omit') {
    const named = (which.types ?? [which]).map(({ literal }) => literal.value);
    return propertiesOf(url, of).filter((each) => named.includes(each) === (name === 'Pick'));
  }
  const at = name === undefined ? null : resolve(url, name);
  const declaration = at?.nodes[0].declaration ?? at?.nodes[0];
  if (declaration?.type === 'TSTypeAliasDeclaration') return propertiesOf(at.url, declaration.typeAnnotation);
  if (declaration?.type !== 'TSInterfaceDeclaration') return [];
  const inherited = declaration.extends.flatMap((each) => propertiesOf(at.url, each));
  return [...new Set([...inherited, ...own(declaration.body.body)])].filter((key) => key !== null);
}

/** All that `heddle` exports and that can be called. */
export function readDeclarations() {
  /** @type {Map<string, ClassShape>} */
  const classes = new Map();
  /** @type {Map<string, Parameter[]>} */
  const functions = new Map();
  for (const [name, { from, name: local, typeOnly }] of moduleAt(ROOT).exported) {
    const at = resolve(from, local);
    if (at === null) throw new Error(`${name} is exported, and declared nowhere`);
    if (isInternal(at.found, at.nodes[0])) continue;
    const declarations = at.nodes.map((node) => node.declaration ?? node);
    const [first] = declarations;
    const overloads = declarations.filter(({ type }) => type === 'TSDeclareFunction');
    const constant = declarations.find(({ type }) => type === 'VariableDeclaration')?.declarations[0];
    if (first.type === 'ClassDeclaration') {
      classes.set(name, { members: classShape(at), typeOnly });
    } else if (overloads.length > 0) {
      functions.set(name, merged(overloads.map(({ params }) => params.map((node) => parameterOf(at.url, node)))));
    } else if (constant !== undefined) {
      const members = classOfConstructor(at, constant);
      if (members !== null) classes.set(name, { members, typeOnly });
    }
  }
  return { classes, functions };
}

/** The property that a member is: `@@iterator` is named by a symbol. */
export const propertyOf = (key) => (key.startsWith('@@') ? Symbol[key.slice(2)] : key);

/**
 * What of the exports an editor has nothing to say of: names, and `Type.member` of classes and of options. What is named by a symbol is the
 * language's; constructors are told of where they are exported.
 */
export function undocumented() {
  const missing = [];
  for (const [name, { from, name: local }] of moduleAt(ROOT).exported) {
    const { found, nodes } = resolve(from, local);
    if (nodes.every((node) => docstringOf(found, node) === undefined)) missing.push(name);
    const declarations = nodes.map((node) => node.declaration ?? node);
    if (declarations[0].type !== 'ClassDeclaration' && !/(Options|Configuration)$/.test(name)) continue;
    const members = declarations.flatMap(({ body }) => body?.body ?? []);
    const documented = new Set(members.filter((member) => docstringOf(found, member) !== undefined).map(nameIn));
    for (const member of members) {
      const key = nameIn(member);
      const isPublic = key !== null && key !== 'constructor' && !/^(@@|_)/.test(key) && !member.accessibility;
      if (isPublic && !documented.has(key)) missing.push(`${name}.${key}`);
    }
  }
  return [...new Set(missing)];
}

const nameIn = (member) => (member.key === undefined ? null : keyOf(member));
