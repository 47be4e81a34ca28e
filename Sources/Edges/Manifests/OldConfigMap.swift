/// A ConfigMap that configured another announcer: MetalLB before 0.13, or kube-vip's cloud provider.
enum OldConfigMap: Hashable {
    case metalLB
    case kubeVIP

    /// `nil` for any other ConfigMap.
    init?(_ node: ManifestNode) {
        guard case .mapping(let entries) = node["data"]?.content else { return nil }
        if let text = node["data"]?["config"]?.text,
            ["address-pools", "peer-address", "bgp-communities"].contains(where: { text.contains($0) })
        {
            self = .metalLB
        } else if node["metadata"]?["name"]?.text == "kubevip"
            || entries.contains(where: { ["cidr-global", "range-global"].contains($0.key) })
        {
            self = .kubeVIP
        } else {
            return nil
        }
    }

    /// What it is, and what to write in its place.
    var remedy: String {
        switch self {
        case .metalLB:
            "this ConfigMap is the configuration of MetalLB before 0.13, which is not read: write an IPAddressPool for each "
                + "of its address-pools, an L2Advertisement or BGPAdvertisement in place of \"protocol\", and a BGPPeer for "
                + "each of its peers"
        case .kubeVIP:
            "this ConfigMap is the configuration of kube-vip's cloud provider, which is not read: write an IPAddressPool "
                + "with the addresses of each cidr- and range- entry; for cidr-NAMESPACE and range-NAMESPACE with "
                + "serviceAllocation.namespaces"
        }
    }
}
