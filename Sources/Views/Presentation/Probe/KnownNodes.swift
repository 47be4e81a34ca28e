import Addresses
import BFD

/// The nodes that some processes know of: whose is a MAC address, whose is a speaker's number?
package struct KnownNodes {
    private var nodes: [MACAddress: String] = [:]
    private let identities: NodeIdentities

    package init(_ statuses: [StatusDocument]) {
        var names: Set<String> = []
        for status in statuses {
            names.formUnion(status.segments.flatMap { $0.members.map(\.node) })
            names.formUnion(status.announcements.map(\.node))
            names.formUnion(status.silent.map(\.node))
            guard let node = status.node else { continue }
            names.insert(node)
            for case let mac? in status.interfaces.map({ $0.mac.flatMap { try? MACAddress($0) } }) { nodes[mac] = node }
        }
        identities = NodeIdentities(names)
    }

    /// - Parameter speaker: the number that it said it has, if it said so.
    package func node(of hardwareAddress: MACAddress, speaker: UInt32?) -> String? {
        speaker.flatMap(identities.node(withDiscriminator:)) ?? nodes[hardwareAddress]
    }
}
