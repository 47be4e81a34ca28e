/// What Martlet says of an object of its kinds.
package struct ConfigurationStatus: Codable, Hashable, Sendable {
    package var conditions: [Condition]?

    package init(conditions: [Condition]? = nil) { self.conditions = conditions }
}
