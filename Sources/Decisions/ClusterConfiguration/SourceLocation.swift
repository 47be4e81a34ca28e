/// A location in the input.
package struct SourceLocation: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The file as it was named; `-` for standard input.
    package let file: String
    /// The first line is 1.
    package let line: Int

    package init(file: String, line: Int) {
        self.file = file
        self.line = line
    }

    package var description: String { "\(file):\(line)" }

    package static func < (a: SourceLocation, b: SourceLocation) -> Bool { (a.file, a.line) < (b.file, b.line) }
}
