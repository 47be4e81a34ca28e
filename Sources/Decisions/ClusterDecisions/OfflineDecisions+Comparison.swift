import Addresses
import Announcement
import Assignment
import ClusterConfiguration
import KubernetesModel

extension OfflineDecisions {
    /// The Services with what these decisions gave them in their status, as they would be found by those who decide next.
    package var assignedServices: [Service] {
        state.services.map { service in
            guard let assignment = assignment.assignment(of: service.name), !assignment.addresses.isEmpty else {
                return service
            }
            var service = service
            let ingress = assignment.addresses.map { LoadBalancerIngress(ip: $0.address.description) }
            service.status = ServiceStatus(loadBalancer: LoadBalancerStatus(ingress: ingress))
            return service
        }
    }

    /// Who answers for which address at layer 2.
    package var holders: [IPAddress: String] {
        Dictionary(plan.layer2.map { ($0.address, $0.node) }, uniquingKeysWith: { first, _ in first })
    }
}
