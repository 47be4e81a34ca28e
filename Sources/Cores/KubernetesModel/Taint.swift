/// A taint of a Node, by its key alone: Martlet does not look at values and effects.
package struct Taint: Codable, Hashable, Sendable {
    package var key: String

    package init(key: String) { self.key = key }
}
