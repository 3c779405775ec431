export const typeDefs = /* GraphQL */ `
extend type GitBlob {
  """
  The lines as HTML that is safe to put into a page, with one class a token (tok-keyword, tok-string, …) for both light and dark themes.
  startLine and endLine count from 1, both included, and limit html.
  """
  highlight(
    "Wait for the colours as long as the server allows at all."
    disableTimeout: Boolean!
    "Without effect: the classes are the same in all themes."
    isLightTheme: Boolean
    "Colour lines of more than 2,000 characters too."
    highlightLongLines: Boolean = false
    format: HighlightResponseFormat = HTML_HIGHLIGHT
    startLine: Int
    endLine: Int
  ): HighlightedFile
}

enum HighlightResponseFormat {
  "Escaped and no more."
  HTML_PLAINTEXT
  HTML_HIGHLIGHT
}

type HighlightedFile {
  "The lines have no colours since the time was up, or the file is too large."
  aborted: Boolean!
  "A table of two columns: the line's number as data-line, and its code."
  html: String!
  "For each range the rows of that table, one a line."
  lineRanges(ranges: [HighlightLineRange!]!): [[String!]!]!
  "Linguist's name, such as TypeScript; Plain Text when none is known."
  language: String!
}

"Lines counted from 0, the end not included. What lies behind the last line is left out."
input HighlightLineRange {
  startLine: Int!
  endLine: Int!
}
`;
