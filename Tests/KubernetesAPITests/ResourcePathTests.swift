import KubernetesAPI
import KubernetesModel
import Testing

/// Where objects are in the API.
@Suite struct ResourcePathTests {
    @Test("The plural of a kind is the one of its definition") func plurals() {
        #expect(ResourceType<IPAddressPool>.plural == "ipaddresspools")
        #expect(ResourceType<L2Advertisement>.plural == "l2advertisements")
        #expect(ResourceType<BGPAdvertisement>.plural == "bgpadvertisements")
        #expect(ResourceType<BGPPeer>.plural == "bgppeers")
        #expect(ResourceType<BFDProfile>.plural == "bfdprofiles")
        #expect(ResourceType<CommunityList>.plural == "communities")
    }

    @Test("A path has the group, unless it is the core group, and the namespace, where the kind has one") func paths() {
        #expect(ResourceType.services.path() == "/api/v1/services")
        #expect(ResourceType.nodes.path(namespace: "x", name: "n1") == "/api/v1/nodes/n1")
        #expect(
            ResourceType.speakers.path(namespace: "martlet-system", name: "n1", subresource: "status")
                == "/apis/martlet.dev/v1beta1/namespaces/martlet-system/speakers/n1/status")
        #expect(
            ResourceType<BGPPeer>.configuration(group: "metallb.io", version: "v1beta2").path()
                == "/apis/metallb.io/v1beta2/bgppeers")
    }
}
