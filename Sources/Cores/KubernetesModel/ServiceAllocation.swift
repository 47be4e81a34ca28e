/// Which Services a pool is pinned to, and how it ranks among the pools that match.
package struct ServiceAllocation: Codable, Hashable, Sendable {
    /// Lower first; 0 (also if absent) last.
    package var priority: Int?
    package var namespaces: [String]?
    package var namespaceSelectors: [LabelSelector]?
    package var serviceSelectors: [LabelSelector]?
}
