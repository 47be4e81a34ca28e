import Addresses
import KubernetesModel

// What the local node is to do on each segment. The plan says who announces an address; a role says it for one node and
// one wire, with what is needed to claim the address there.
extension AnnouncementEngine {
    /// The local node's roles of an address, by interface; none if no node is to own it, or on the segment that all
    /// nodes share in a plan.
    package func roles(of address: IPAddress) -> [String: SegmentRole] {
        guard let localIndex else { return [:] }
        var roles: [String: SegmentRole] = [:]
        for segment in segments {
            if let interface = segment.interface, let role = segment.role(of: address, node: localIndex) {
                roles[interface] = role.named { rules.nodeList.nodes[$0].name }
            }
        }
        return roles
    }

    /// The addresses on a segment that the local node would own in a fresh election, but that another node holds, with that
    /// node; sorted. Costs an election of everything.
    package func misplaced() -> [(address: IPAddress, interface: String, holder: String)] {
        var fresh = self
        fresh.forgetHolders()
        var result: [(address: IPAddress, interface: String, holder: String)] = []
        guard let localIndex else { return result }
        for (segment, ideal) in zip(segments, fresh.segments) {
            guard let interface = segment.interface else { continue }
            for address in claims.keys where ideal.owner(of: address) == localIndex {
                guard let holder = segment.livingHolder(of: address), holder != localIndex else { continue }
                result.append((address, interface, rules.nodeList.nodes[holder].name))
            }
        }
        return result.sorted { ($0.address, $0.interface) < ($1.address, $1.interface) }
    }

    /// Whether anything is known of the address: whether a Service has it.
    package func knows(_ address: IPAddress) -> Bool { claims[address] != nil }

    /// The Services that have the address, sorted by name.
    package func services(at address: IPAddress) -> [NamespacedName] { (claims[address]?.services ?? []).sorted() }
}
