/// A request as the server saw it.
package struct RecordedRequest: Hashable, Sendable {
    package var user: String
    package var verb: String
    /// With its subresource: `services/status`.
    package var resource: String
    package var path: String
    package var code: Int

    package var isWrite: Bool { ["create", "update", "patch", "delete"].contains(verb) }
}
