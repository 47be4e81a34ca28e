import ClusterConfiguration

/// Finds the advertisements that may be about an address, by its pool and its Service's labels, so that a Service costs the
/// order of the advertisements that match it, not of all.
struct AdvertisementIndex: Sendable {
    private var ofAllPools: SelectorIndex
    private var byPool: [String: SelectorIndex]

    /// The advertisements' numbers are their places.
    init(_ advertisements: [(pools: PoolSelection, serviceSelectors: [Selector])]) {
        var ofAllPools: [(number: Int, selectors: [Selector])] = []
        var byPool: [String: [(number: Int, selectors: [Selector])]] = [:]
        for (number, advertisement) in advertisements.enumerated() {
            switch advertisement.pools {
            case .all: ofAllPools.append((number, advertisement.serviceSelectors))
            case .named(let names):
                for name in names { byPool[name, default: []].append((number, advertisement.serviceSelectors)) }
            }
        }
        self.ofAllPools = SelectorIndex(ofAllPools)
        self.byPool = byPool.mapValues { SelectorIndex($0) }
    }

    /// The advertisements of the pool whose `serviceSelectors` may match these labels; ascending.
    func candidates(pool: String, labels: [String: String]) -> [Int] {
        let general = ofAllPools.candidates(for: labels)
        guard let particular = byPool[pool]?.candidates(for: labels), !particular.isEmpty else { return general }
        // None is in both.
        return general.isEmpty ? particular : (general + particular).sorted()
    }
}
