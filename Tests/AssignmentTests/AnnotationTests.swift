import Addresses
import ClusterConfiguration
import KubernetesModel
import Testing

@testable import Assignment

@Suite("Names of annotations") struct AnnotationTests {
    private static func warnings(_ annotations: [String: String], labels: [String: String] = [:]) -> [String] {
        var sketch = ServiceSketch("s")
        sketch.annotations = annotations
        sketch.labels = labels
        return Demand(sketch.service).warnings.map(\.message)
    }

    @Test(
        "An annotation under a prefix that Martlet reads has no known name → a warning with the nearest",
        arguments: [
            ("martlet.dev/loadBalancerIp", "did you mean martlet.dev/loadBalancerIPs?"),
            ("martlet.dev/address-pools", "did you mean martlet.dev/address-pool?"),
            ("martlet.dev/allow-shared", "did you mean martlet.dev/allow-shared-ip?"),
            ("martlet.dev/interface", "did you mean martlet.dev/interfaces?"),
            ("metallb.io/loadbalancerIPs", "did you mean metallb.io/loadBalancerIPs?"),
            ("metallb.io/loadBalancerIP", "did you mean metallb.io/loadBalancerIPs?"),
            ("metallb.io/ip-address-pool", "did you mean metallb.io/address-pool?"),
            ("metallb.universe.tf/load-balancer-ips", "did you mean metallb.universe.tf/loadBalancerIPs?"),
            ("metallb.universe.tf/allow-shared", "did you mean metallb.universe.tf/allow-shared-ip?"),
            ("kube-vip.io/loadBalancerIPs", "did you mean kube-vip.io/loadbalancerIPs?"),
            ("kube-vip.io/egress", "has no effect"), ("metallb.io/colour", "known annotations are"),
            ("eip.openelb.kubesphere.io/v1alpha3", "did you mean eip.openelb.kubesphere.io/v1alpha"),
            ("protocol.openelb.kubesphere.io/v1alpha1", "Martlet's annotations are"),
            ("lb.kubesphere.io/v1alpha1", "has no effect"),
        ])
    func unknown(key: String, part: String) {
        let warnings = Self.warnings([key: "x"])
        #expect(warnings.count == 1 && warnings[0].contains(part), "\(warnings)")
    }

    @Test(
        "Known names, and names under other prefixes → no warning",
        arguments: ServiceAnnotation.allCases.filter { $0 != .loadBalancerIPs }.map { "martlet.dev/" + $0.rawValue } + [
            "metallb.io/address-pool", "martlet.dev/ignore", "martlet.dev/interfaces",
            "martlet.dev/announce-without-endpoints", "lbipam.cilium.io/ips", "kubesphere.io/creator", "example.com/x",
            "plain",
        ])
    func known(key: String) { #expect(Self.warnings([key: "true"]) == []) }

    @Test("A label that should be an annotation → a warning; any other label → none")
    func labels() {
        let warnings = Self.warnings(
            [:], labels: ["metallb.io/loadBalancerIPs": "192.0.2.1", "metallb.io/x": "y", "a": "b"])
        #expect(warnings.count == 1 && warnings[0].contains("move it to metadata.annotations"), "\(warnings)")
    }

    @Test(
        "Another announcer's annotation → read after Martlet's and MetalLB's, with a note",
        arguments: [
            (["kube-vip.io/loadbalancerIPs": "192.0.2.3"], "192.0.2.3", 1),
            (["eip.openelb.kubesphere.io/v1alpha1": "192.0.2.3"], "192.0.2.3", 1),
            (["eip.openelb.kubesphere.io/v1alpha2": "other"], "198.51.100.0", 1),
            (["kube-vip.io/loadbalancerIPs": "192.0.2.3", "metallb.io/loadBalancerIPs": "192.0.2.2"], "192.0.2.2", 0),
        ] as [([String: String], String, Int)])
    func alias(annotations: [String: String], address: String, notes: Int) {
        var bench = Bench(.of("lan", "192.0.2.0/28"), .of("other", "198.51.100.0/28") { $0.autoAssign = false })
        bench.apply("s") { $0.annotations = annotations }
        #expect(bench["s"] == address)
        let warnings = bench.change(of: "s")?.warnings ?? []
        #expect(warnings.filter(\.isNote).count == notes && warnings.count == notes, "\(warnings)")
    }
}
