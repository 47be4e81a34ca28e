import TestAPIServer
import Testing

/// Exchanges one after the other, in a namespace of their own where they have one.
struct Conversation: Sendable, CustomTestStringConvertible {
    var situation: String
    var exchanges: [Exchange]

    var testDescription: String { situation }

    static let services = "/api/v1/namespaces/default/services"
    static let loadBalancers = "fieldSelector=spec.type%3DLoadBalancer"
    static let leases = "/apis/coordination.k8s.io/v1/namespaces/martlet-system/leases"
    static let speakers = "/apis/martlet.dev/v1beta1/namespaces/martlet-system/speakers"
    static let pools = "/apis/martlet.dev/v1beta1/namespaces/martlet-system/ipaddresspools"

    static func service(_ name: String, _ spec: JSON = [:]) -> JSON {
        let base: JSON = [
            "apiVersion": "v1", "kind": "Service",
            "metadata": ["name": .string(name), "labels": ["app": .string(name)]],
            "spec": ["type": "LoadBalancer", "ports": [["port": 80]]],
        ]
        return base.merged(with: ["spec": spec])
    }

    static func ingress(_ address: String) -> JSON {
        ["status": ["loadBalancer": ["ingress": [["ip": .string(address)]]]]]
    }

    static let all: [Conversation] = objects + kinds + access
}

extension Conversation {
    private static let objects: [Conversation] = [
        Conversation(
            situation: "Made twice, read, changed from an old version, deleted",
            exchanges: [
                .create(services, service("twice")).says("spec", "type", value: "LoadBalancer")
                    .keeps("old", "metadata", "resourceVersion"),
                .create(services, service("twice"), 409).says("reason", value: "AlreadyExists"),
                .get("\(services)/nobody", 404).says("reason", value: "NotFound"),
                .merge("\(services)/twice", ["metadata": ["annotations": ["a": "b"]]])
                    .keeps("new", "metadata", "resourceVersion"),
                .merge("\(services)/twice", ["metadata": ["resourceVersion": "{old}", "annotations": ["a": "c"]]], 409)
                    .says("reason", value: "Conflict"),
                .get("\(services)/twice").says("metadata", "annotations", "a", value: "b"),
                .delete("\(services)/twice"),
                .get("\(services)/twice", 404),
                .delete("\(services)/twice", 404),
            ]),
        Conversation(
            situation: "A patch that changes nothing leaves the version",
            exchanges: [
                .create(services, service("same")).keeps("version", "metadata", "resourceVersion"),
                .merge("\(services)/same", ["metadata": ["labels": ["app": "same"]]])
                    .says("metadata", "resourceVersion", value: "{version}"),
                .merge("\(services)/same/status", ingress("192.0.2.1")).keeps("status", "metadata", "resourceVersion"),
                .merge(
                    "\(services)/same/status",
                    ["status": ["loadBalancer": ["ingress": [["ip": "192.0.2.1", "ipMode": "VIP"]]]]]
                )
                .says("metadata", "resourceVersion", value: "{status}"),
                .delete("\(services)/same"),
            ]),
        Conversation(
            situation: "Pages of a list hold what there was at first; selectors by label and by type",
            exchanges: [
                .create(services, service("page-a")), .create(services, service("page-b")),
                .create(services, service("page-c", ["type": "ClusterIP"])),
                .get("\(services)?limit=1&labelSelector=app%20in%20(page-a,page-b)").names("page-a")
                    .keeps("next", "metadata", "continue"),
                .delete("\(services)/page-b"),
                .get("\(services)?limit=1&continue={next}&labelSelector=app%20in%20(page-a,page-b)").names("page-b"),
                .get("\(services)?\(loadBalancers)").names("page-a"),
                .get("\(services)?fieldSelector=metadata.name%3Dpage-c").names("page-c"),
                .get("\(services)?labelSelector=app%3Dpage-a").names("page-a"),
                .delete("\(services)/page-a"), .delete("\(services)/page-c"),
            ]),
        Conversation(
            situation: "A watch tells what happened since a version, by what its selector selects",
            exchanges: [
                .get(services).keeps("start", "metadata", "resourceVersion"),
                .create(services, service("seen")),
                .create(services, service("other", ["type": "ClusterIP"])),
                .merge("\(services)/seen/status", ingress("192.0.2.3")),
                .merge("\(services)/seen", ["spec": ["type": "NodePort"]]),
                .merge("\(services)/other", ["spec": ["type": "LoadBalancer"]]),
                .delete("\(services)/other"), .delete("\(services)/seen"),
                .get(
                    "\(services)?watch=true&resourceVersion={start}&timeoutSeconds=1&\(loadBalancers)"
                )
                .events("ADDED seen", "MODIFIED seen", "DELETED seen", "ADDED other", "DELETED other"),
            ]),
        Conversation(
            situation: "With a finalizer, an object is there until that is gone",
            exchanges: [
                .create(services, service("kept").merged(with: ["metadata": ["finalizers": ["example.com/wait"]]])),
                .delete("\(services)/kept"),
                .get("\(services)/kept").keeps("since", "metadata", "deletionTimestamp"),
                .merge("\(services)/kept/status", ingress("192.0.2.4")),
                .merge("\(services)/kept", ["metadata": ["finalizers": nil]]),
                .get("\(services)/kept", 404),
            ]),
        Conversation(
            situation: "In a namespace that is being deleted nothing is made, and what is there can be changed",
            exchanges: [
                .create("/api/v1/namespaces", ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "ends"]]),
                .create("/api/v1/namespaces/ends/services", service("a")),
                .delete("/api/v1/namespaces/ends"),
                .create("/api/v1/namespaces/ends/services", service("b"), 403).says("reason", value: "Forbidden"),
                .merge("/api/v1/namespaces/ends/services/a/status", ingress("192.0.2.5")),
                .delete("/api/v1/namespaces/ends/services/a"),
            ]),
    ]

    private static let kinds: [Conversation] = [
        Conversation(
            situation:
                "Each write to a Service changes its part alone; an address says its mode; leaving the type takes it",
            exchanges: [
                .create(services, service("parts").merged(with: ingress("192.0.2.9")))
                    .lacks("status", "loadBalancer", "ingress"),
                .merge("\(services)/parts", ingress("192.0.2.9")).lacks("status", "loadBalancer", "ingress"),
                .merge(
                    "\(services)/parts/status",
                    ingress("192.0.2.8").merged(with: [
                        "spec": ["externalTrafficPolicy": "Local"], "metadata": ["annotations": ["x": "y"]],
                    ])
                ).says("status", "loadBalancer", "ingress", value: [["ip": "192.0.2.8", "ipMode": "VIP"]])
                    .says("spec", "externalTrafficPolicy", value: "Cluster")
                    .says("metadata", "annotations", "x", value: "y"),
                .merge("\(services)/parts", ["spec": ["type": "ClusterIP"]])
                    .lacks("status", "loadBalancer", "ingress").lacks("spec", "externalTrafficPolicy"),
                .merge(
                    "\(services)/parts",
                    [
                        "spec": [
                            "type": "ExternalName", "externalName": "a.example", "clusterIP": nil, "clusterIPs": nil,
                        ]
                    ]
                )
                .lacks("spec", "clusterIP"),
                .delete("\(services)/parts"),
            ]),
        Conversation(
            situation: "The class of a Service does not change while it has the type, and goes with it",
            exchanges: [
                .create(services, service("class", ["loadBalancerClass": "example.com/one"])),
                .merge("\(services)/class", ["spec": ["loadBalancerClass": "example.com/two"]], 422)
                    .says("reason", value: "Invalid"),
                .merge("\(services)/class", ["spec": ["type": "ClusterIP", "loadBalancerClass": nil]])
                    .lacks("spec", "loadBalancerClass"),
                .delete("\(services)/class"),
            ]),
        Conversation(
            situation: "A Lease is replaced only from its present version",
            exchanges: [
                .create(leases, lease("a")).keeps("old", "metadata", "resourceVersion"),
                .create(leases, lease("b"), 409).says("reason", value: "AlreadyExists"),
                .replace("\(leases)/conversation", lease("b", "{old}")).says("spec", "holderIdentity", value: "b"),
                .replace("\(leases)/conversation", lease("a", "{old}"), 409).says("reason", value: "Conflict"),
                .delete("\(leases)/conversation"),
            ]),
        Conversation(
            situation: "Server-side apply makes an object, its status apart, and is silent the second time",
            exchanges: [
                .apply("\(speakers)/n9", speaker, 201).lacks("status"),
                .apply("\(speakers)/n9/status", report(3)).says("status", "addressCount", value: 3)
                    .keeps("version", "metadata", "resourceVersion"),
                .apply("\(speakers)/n9/status", report(3)).says("metadata", "resourceVersion", value: "{version}"),
                .apply("\(speakers)/n9/status", speaker).lacks("status", "addressCount"),
                .delete("\(speakers)/n9"),
            ]),
        Conversation(
            situation: "An object of our kinds: its generation counts changes of what is wished, not of the status",
            exchanges: [
                .create(pools, pool).says("metadata", "generation", value: 1),
                .merge(
                    "\(pools)/conversation/status",
                    ["status": ["assignedIPv4": 1, "availableIPv4": 2, "assignedIPv6": 0, "availableIPv6": 0]]
                )
                .says("metadata", "generation", value: 1),
                .merge("\(pools)/conversation", ["spec": ["autoAssign": false]])
                    .says("metadata", "generation", value: 2).says("status", "assignedIPv4", value: 1),
                .merge("\(pools)/conversation", ["metadata": ["labels": ["a": "b"]]])
                    .says("metadata", "generation", value: 2),
                .delete("\(pools)/conversation"),
            ]),
        Conversation(
            situation: "What it can do is found by asking",
            exchanges: [
                .get("/version").says("major", value: "1"), .get("/apis/martlet.dev/v1beta1"),
                .get("/apis/nobody.example/v1", 404), .get("/apis/nobody.example/v1/things", 404),
            ]),
    ]

    private static let access: [Conversation] = [
        Conversation(
            situation: "Each program may do what deploy/ says, and nothing else",
            exchanges: [
                .create(services, service("mine")),
                .get("/api/v1/services").by("martlet-controller"),
                .merge("\(services)/mine/status", ingress("192.0.2.7")).by("martlet-controller"),
                .delete("\(services)/mine", 403).by("martlet-controller").says("reason", value: "Forbidden"),
                .get("/api/v1/namespaces/martlet-system/secrets", 403).by("martlet-controller"),
                .get("\(leases)/martlet-controller", 404).by("martlet-controller"),
                .get("\(leases)/another", 403).by("martlet-controller"),
                .get("/api/v1/services").by("martlet-speaker"),
                .merge("\(services)/mine/status", ingress("192.0.2.6"), 403).by("martlet-speaker"),
                .get("/api/v1/namespaces/martlet-system/secrets").by("martlet-speaker"),
                .get("/api/v1/namespaces/default/secrets", 403).by("martlet-speaker"),
                .get("/api/v1/secrets", 403).by("martlet-speaker"),
                .get("/api/v1/services", 401).by("nobody"),
                .delete("\(services)/mine"),
            ])
    ]

    private static func lease(_ holder: String, _ version: String? = nil) -> JSON {
        var lease: JSON = [
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": ["name": "conversation"],
            "spec": ["holderIdentity": .string(holder), "leaseDurationSeconds": 15],
        ]
        lease["metadata", "resourceVersion"] = version.map { .string($0) }
        return lease
    }

    private static let speaker: JSON = [
        "apiVersion": "martlet.dev/v1beta1", "kind": "Speaker", "metadata": ["name": "n9"],
    ]

    private static func report(_ count: Int) -> JSON {
        speaker.merged(with: ["status": ["addressCount": .number(Double(count))]])
    }

    private static let pool: JSON = [
        "apiVersion": "martlet.dev/v1beta1", "kind": "IPAddressPool", "metadata": ["name": "conversation"],
        "spec": ["addresses": ["192.0.2.0/24"]],
    ]
}
