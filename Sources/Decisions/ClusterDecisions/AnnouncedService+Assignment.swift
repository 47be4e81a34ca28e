import Announcement
import Assignment
import KubernetesModel

extension AnnouncedService {
    /// The Service with the addresses that were assigned to it; `nil` if there are none.
    package init?(_ service: Service, _ assignment: ServiceAssignment, endpoints: EndpointIndex) {
        self.init(
            service, addresses: assignment.addresses.map { Address($0.address, pool: $0.pool) }, endpoints: endpoints)
    }
}
