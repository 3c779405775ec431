export { highlightText as default } from '../grammars/highlight-text.js';
