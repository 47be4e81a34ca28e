/// A Namespace (core/v1): its labels are all that Martlet reads.
package struct Namespace: Codable, Hashable, Sendable {
    package var metadata: ObjectMeta

    package init(metadata: ObjectMeta) { self.metadata = metadata }
}
