/// Something that a test needs could not be had; the text says what.
package struct TestFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
