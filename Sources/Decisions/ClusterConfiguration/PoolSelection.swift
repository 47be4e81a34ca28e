/// Which pools an advertisement is about, resolved to their names.
package enum PoolSelection: Hashable, Sendable {
    /// Neither names nor selectors were given: all pools, also those to come.
    case all
    case named(Set<String>)

    package func contains(_ pool: String) -> Bool {
        switch self {
        case .all: true
        case .named(let names): names.contains(pool)
        }
    }
}
