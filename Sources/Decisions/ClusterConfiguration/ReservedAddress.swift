import Addresses
import KubernetesModel

/// What has an address that no Service may be given.
package enum ReservedAddress: Hashable, Sendable, CustomStringConvertible {
    /// It is in the status of this Node.
    case node(String)
    /// This node sends what leaves its subnets there.
    case gateway(of: String)

    package var description: String {
        switch self {
        case .node(let name): "Node \(name)"
        case .gateway(let name): "the default gateway of \(name)"
        }
    }

    /// Every address of a Node. Of two Nodes with one address the first by name is named.
    package static func all(in state: ClusterState) -> [IPAddress: ReservedAddress] {
        var result = state.gateways.mapValues { ReservedAddress.gateway(of: $0) }
        for node in state.nodes.sorted(by: { $0.metadata.name > $1.metadata.name }) {
            for address in node.addresses { result[address] = .node(node.metadata.name) }
        }
        return result
    }
}

extension Node {
    /// The addresses in the status; names of hosts are left out.
    package var addresses: [IPAddress] {
        (status?.addresses ?? []).compactMap { try? IPAddress($0.address).unmapped }
    }
}
