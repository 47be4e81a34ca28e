/// Which Services have an address. Services are named by their number in the engine.
enum AddressUse: Sendable {
    /// One Service, which does not offer to share.
    case exclusive(Int)
    case shared(Shared)

    struct Shared: Sendable {
        let group: SharingGroup
        private(set) var ports: [PortClaim: Int] = [:]
        /// The ports that each holder uses.
        private(set) var holders: [Int: [PortClaim]] = [:]
        /// How many of the holders are in each namespace.
        private(set) var namespaces: [String: Int] = [:]

        init(group: SharingGroup) { self.group = group }

        mutating func insert(_ holder: Int, ports claims: [PortClaim], namespace: String) {
            holders[holder] = claims
            for claim in claims { ports[claim] = holder }
            namespaces[namespace, default: 0] += 1
        }

        mutating func remove(_ holder: Int, namespace: String) {
            for claim in holders.removeValue(forKey: holder) ?? [] where ports[claim] == holder { ports[claim] = nil }
            let rest = (namespaces[namespace] ?? 1) - 1
            namespaces[namespace] = rest > 0 ? rest : nil
        }

        /// The ports in use, in order: what decides whom the address can be shared with.
        var signature: [PortClaim] { ports.keys.sorted() }
    }

    var holders: [Int] {
        switch self {
        case .exclusive(let holder): [holder]
        case .shared(let shared): Array(shared.holders.keys)
        }
    }
}
