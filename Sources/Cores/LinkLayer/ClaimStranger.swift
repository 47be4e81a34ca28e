import Addresses
import WireIdentity

/// A host that uses an address and is not one of this cluster's speakers.
package struct ClaimStranger: Hashable, Sendable {
    package enum Origin: Hashable, Sendable {
        /// Its frames have no mark.
        case host
        /// A Martlet speaker of another cluster.
        case otherCluster(ClusterIdentity)
        /// A Martlet speaker that claims to be this node.
        case twin
        /// A Martlet speaker whose marks are not accepted: of a node that this cluster does not have, without the cluster's
        /// key, or of the previous version.
        case unaccepted
    }

    package var hardwareAddress: MACAddress
    package var origin: Origin

    package init(_ hardwareAddress: MACAddress, _ origin: Origin = .host) {
        self.hardwareAddress = hardwareAddress
        self.origin = origin
    }
}

extension ClaimStranger: CustomStringConvertible {
    /// For people: the MAC address, and what is known of the host.
    package var description: String {
        switch origin {
        case .host: "\(hardwareAddress)"
        case .otherCluster(let cluster): "\(hardwareAddress) (a Martlet speaker of cluster \(cluster))"
        case .twin: "\(hardwareAddress) (a Martlet speaker using this node's name)"
        case .unaccepted: "\(hardwareAddress) (a Martlet speaker whose frames this node rejects)"
        }
    }
}
