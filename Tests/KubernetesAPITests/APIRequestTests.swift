import KubernetesModel
import Testing

@testable import KubernetesAPI

@Suite("Requests as values")
struct APIRequestTests {
    static let paths: [(String, String, String)] = [
        (
            "a core resource in a namespace", "/api/v1/namespaces/default/services/web",
            ResourceType.services.path(namespace: "default", name: "web")
        ),
        ("all namespaces", "/api/v1/services", ResourceType.services.path(namespace: nil)),
        (
            "a resource without namespaces ignores one", "/api/v1/nodes/n1",
            ResourceType.nodes.path(namespace: "default", name: "n1")
        ),
        ("a group", "/apis/discovery.k8s.io/v1/endpointslices", ResourceType.endpointSlices.path(namespace: nil)),
        (
            "a subresource", "/api/v1/namespaces/a/services/b/status",
            ResourceType.services.path(namespace: "a", name: "b", subresource: "status")
        ),
        (
            "a name that would leave its place", "/api/v1/namespaces/%2E%2E/services/a%2Fb%3Fc",
            ResourceType.services.path(namespace: "..", name: "a/b?c")
        ),
        (
            "a kind of Martlet", "/apis/martlet.dev/v1beta1/ipaddresspools",
            ResourceType<IPAddressPool>.configuration(group: "martlet.dev").path()
        ),
        (
            "another group and version", "/apis/metallb.io/v1beta2/bgppeers",
            ResourceType<BGPPeer>.configuration(group: "metallb.io", version: "v1beta2").path()
        ),
        (
            "the plural of Community", "/apis/metallb.io/v1beta1/communities",
            ResourceType<CommunityList>.configuration(group: "metallb.io").path()
        ),
    ]

    @Test("paths", arguments: paths) func path(situation: String, expected: String, found: String) {
        #expect(found == expected, "\(situation)")
    }

    @Test("a list names its page and selectors, and no resourceVersion") func list() {
        let request = APIRequest.list(
            .services,
            .init(namespace: "a", labelSelector: "x in (1,2)", fieldSelector: "spec.type=LoadBalancer"),
            limit: 500, continuing: "to/ken=")
        #expect(
            request.target
                == "/api/v1/namespaces/a/services?labelSelector=x%20in%20%281%2C2%29&fieldSelector=spec.type%3DLoadBalancer&limit=500&continue=to%2Fken%3D"
        )
    }

    @Test("a watch asks for bookmarks and an end") func watch() {
        let request = APIRequest.watch(.nodes, .init(), from: "17", seconds: 333)
        #expect(
            request.target
                == "/api/v1/nodes?watch=true&allowWatchBookmarks=true&resourceVersion=17&timeoutSeconds=333")
    }

    @Test("RBAC's words") func words() {
        let request = APIRequest.patch(
            .services, NamespacedName(namespace: "a", name: "w"), subresource: "status", .apply, manager: "m", body: [])
        #expect(request.verb == "patch" && request.resource == "services/status")
        #expect(request.target == "/api/v1/namespaces/a/services/w/status?fieldManager=m&force=true")
    }
}
