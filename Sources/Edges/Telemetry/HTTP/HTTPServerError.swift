/// Why the HTTP endpoints cannot be served, for a person.
package struct HTTPServerError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
