/// A document that cannot be read; the text says what was expected where.
package struct DocumentError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
