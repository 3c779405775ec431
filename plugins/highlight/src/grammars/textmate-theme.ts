/** TextMate scopes, and the class that lezer's classHighlighter gives to the same thing. A later, or more exact, selector wins. */
const CLASSES: readonly (readonly [classes: string, scopes: readonly string[]])[] = [
  ['tok-comment', ['comment', 'punctuation.definition.comment']],
  ['tok-string', ['string', 'punctuation.definition.string', 'markup.inline.raw', 'markup.fenced_code']],
  ['tok-string2', ['string.regexp', 'constant.character.escape', 'string.other.escape']],
  ['tok-number', ['constant.numeric', 'keyword.other.unit']],
  ['tok-bool', ['constant.language.boolean', 'constant.language.true', 'constant.language.false']],
  ['tok-atom', ['constant.language', 'constant.other.symbol', 'support.constant']],
  ['tok-literal', ['constant', 'constant.other']],
  [
    'tok-keyword',
    ['keyword', 'storage', 'storage.type', 'storage.modifier', 'variable.language', 'keyword.operator.new', 'keyword.operator.word'],
  ],
  ['tok-operator', ['keyword.operator']],
  ['tok-macroName', ['entity.name.function.preprocessor', 'entity.name.function.macro', 'support.function.macro']],
  [
    'tok-meta',
    [
      'meta.preprocessor',
      'keyword.control.directive',
      'meta.directive',
      'meta.annotation',
      'storage.type.annotation',
      'entity.other.document',
    ],
  ],
  [
    'tok-typeName',
    ['entity.name.tag', 'entity.name.type', 'support.type', 'storage.type.primitive', 'entity.other.inherited-class', 'support.class'],
  ],
  ['tok-className', ['entity.name.type.class', 'entity.name.class']],
  ['tok-namespace', ['entity.name.namespace', 'entity.name.type.namespace', 'entity.name.type.module', 'entity.name.package']],
  ['tok-labelName', ['entity.name.label']],
  ['tok-variableName', ['variable', 'support.variable', 'support.function', 'meta.function-call entity.name.function']],
  ['tok-variableName tok-definition', ['entity.name.function', 'meta.definition.variable variable.other']],
  ['tok-variableName tok-local', ['variable.parameter']],
  [
    'tok-propertyName',
    [
      'variable.other.property',
      'variable.other.object.property',
      'support.type.property-name',
      'entity.other.attribute-name',
      'entity.name.tag.yaml',
      'support.variable.property',
    ],
  ],
  ['tok-heading', ['markup.heading', 'entity.name.section']],
  ['tok-emphasis', ['markup.italic']],
  ['tok-strong', ['markup.bold']],
  ['tok-link', ['markup.underline.link', 'string.other.link']],
  ['tok-inserted', ['markup.inserted']],
  ['tok-deleted', ['markup.deleted']],
  ['tok-invalid', ['invalid']],
  ['tok-punctuation', ['punctuation']],
];

// The tokeniser gives each token the colour of the most exact selector, the work that is wanted here; so a class travels as a colour.
const colourOf = (index: number): string => `#${(index + 1).toString(16).toUpperCase().padStart(6, '0')}`;

export const TEXTMATE_THEME = {
  name: 'classes',
  type: 'light' as const,
  fg: '#000000',
  bg: '#FFFFFF',
  settings: CLASSES.map(([, scope], index) => ({ scope: [...scope], settings: { foreground: colourOf(index) } })),
};

const classByColour = new Map(CLASSES.map(([classes], index) => [colourOf(index), classes]));

/** The classes behind a colour of {@link TEXTMATE_THEME}; undefined for plain text. */
export const classesOfColour = (colour: string | undefined): string | undefined => classByColour.get(colour?.toUpperCase() ?? '');
