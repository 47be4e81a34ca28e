import Addresses
import ClusterConfiguration
import KubernetesModel

/// One node answers for one address on the segment.
package struct Layer2Announcement: Hashable, Sendable {
    package var service: NamespacedName
    package var address: IPAddress
    package var node: String
    package var interfaces: InterfaceSelection

    package init(service: NamespacedName, address: IPAddress, node: String, interfaces: InterfaceSelection) {
        self.service = service
        self.address = address
        self.node = node
        self.interfaces = interfaces
    }
}
