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

        /// Returns the ports that were in use by nobody before.
        mutating func insert(_ holder: Int, ports claims: [PortClaim], namespace: String) -> [PortClaim] {
            holders[holder] = claims
            var new: [PortClaim] = []
            for claim in claims where ports.updateValue(holder, forKey: claim) == nil { new.append(claim) }
            namespaces[namespace, default: 0] += 1
            return new
        }

        /// Returns the ports that are in use by nobody any more.
        mutating func remove(_ holder: Int, namespace: String) -> [PortClaim] {
            let freed = (holders.removeValue(forKey: holder) ?? []).filter { ports[$0] == holder }
            for claim in freed { ports[claim] = nil }
            let rest = (namespaces[namespace] ?? 1) - 1
            namespaces[namespace] = rest > 0 ? rest : nil
            return freed
        }
    }

    var holders: [Int] {
        switch self {
        case .exclusive(let holder): [holder]
        case .shared(let shared): Array(shared.holders.keys)
        }
    }
}
