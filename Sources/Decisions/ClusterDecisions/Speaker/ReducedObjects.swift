import Announcement
import ClusterConfiguration
import KubernetesModel

// Objects without what announcing does not depend on: so that what comes often changes nothing, and thousands of them are
// small.

extension Node {
    /// Its labels, addresses, and the taints and conditions that count.
    package var reduced: Node {
        var metadata = ObjectMeta(name: metadata.name, labels: metadata.labels)
        metadata.uid = self.metadata.uid
        metadata.deletionTimestamp = self.metadata.deletionTimestamp
        let taints = spec?.taints?.filter { NodeView.DrainCause(taint: $0) != nil } ?? []
        let spec = NodeSpec(unschedulable: spec?.unschedulable, taints: taints.isEmpty ? nil : taints)
        let conditions = status?.conditions?.filter { ["Ready", "NetworkUnavailable"].contains($0.type) }
        return Node(
            metadata: metadata, spec: spec, status: NodeStatus(conditions: conditions, addresses: status?.addresses))
    }
}

extension Service {
    /// What it is called, its class, its switches, its traffic policy and its addresses, or why it has none.
    package var reduced: Service {
        let switches = ServiceSwitch.allCases.filter { $0.isOn(self) }.map { ($0.key, "true") }
        var metadata = ObjectMeta(
            name: metadata.name, namespace: metadata.namespace, labels: metadata.labels,
            annotations: switches.isEmpty ? nil : Dictionary(uniqueKeysWithValues: switches))
        metadata.uid = self.metadata.uid
        var spec = ServiceSpec()
        spec.type = self.spec?.type
        spec.loadBalancerClass = self.spec?.loadBalancerClass
        spec.externalTrafficPolicy = self.spec?.externalTrafficPolicy
        let ingress = status?.loadBalancer?.ingress?.map { LoadBalancerIngress(ip: $0.ip) }
        let waiting = status?.conditions?.first { $0.type == Condition.addressAssigned && $0.status == "False" }
        let condition = waiting.map {
            Condition(type: $0.type, status: $0.status, reason: $0.reason, message: $0.message)
        }
        return Service(
            metadata: metadata, spec: spec,
            status: ServiceStatus(
                loadBalancer: LoadBalancerStatus(ingress: ingress), conditions: condition.map { [$0] }))
    }
}

extension Secret {
    /// Without labels and annotations, which may hold the values once more.
    package var reduced: Secret {
        Secret(
            metadata: ObjectMeta(name: metadata.name, namespace: metadata.namespace), type: type, data: data,
            stringData: stringData)
    }
}
