import Foundation
import KubernetesModel
import Testing

@Suite struct CodableTests {
    @Test("Objects are read from the API server's JSON, unknown fields and all")
    func service() throws {
        let json = """
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop", "uid": "1",
              "managedFields": [{"manager": "x"}]},
             "spec": {"type": "LoadBalancer", "ports": [{"port": 80, "targetPort": "http", "protocol": "TCP"}]},
             "status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.1", "ipMode": "VIP"}]}}}
            """
        let service = try JSONDecoder().decode(Service.self, from: Data(json.utf8))
        #expect(service.name == NamespacedName(namespace: "shop", name: "web"))
        #expect(service.spec?.ports?.map(\.port) == [80])
        #expect(service.status?.loadBalancer?.ingress?.map(\.ip) == ["192.0.2.1"])
        #expect(try JSONDecoder().decode(Service.self, from: JSONEncoder().encode(service)) == service)
    }

    @Test(
        "What MetalLB's group holds is told from Martlet's",
        arguments: [("metallb.io/v1beta1", true), ("martlet.dev/v1beta1", false)])
    func group(version: String, isMetalLB: Bool) throws {
        let json = "{\"apiVersion\": \"\(version)\", \"metadata\": {\"name\": \"a\"}}"
        #expect(try JSONDecoder().decode(IPAddressPool.self, from: Data(json.utf8)).isMetalLB == isMetalLB)
    }

    @Test(
        "An endpoint is usable if it is serving, or ready, or does not say",
        arguments: [
            (nil, nil, true), (true, nil, true), (false, nil, false), (false, true, true), (true, false, true),
            (nil, false, true),
            (false, false, false),
        ] as [(Bool?, Bool?, Bool)])
    func endpoint(ready: Bool?, serving: Bool?, isUsable: Bool) {
        #expect(Endpoint(conditions: EndpointConditions(ready: ready, serving: serving)).isUsable == isUsable)
    }
}
