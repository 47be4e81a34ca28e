/// What is known of a kind's fields beyond those that its model asks for.
struct ObjectShape: Hashable, Sendable {
    /// Field names that are right but not read, by the pattern of the mapping's path.
    var otherFields: [String: Set<String>]
    /// Whether the model has every field, so that any other field is a mistake. Otherwise only fields that look like a
    /// misspelt one are mentioned.
    var isModelledWhole: Bool
    /// Values below these fields are never shown.
    var secretFields: Set<String>
    /// Texts that are durations as Go writes them.
    var durationFields: Set<String>

    init(
        _ otherFields: [String: Set<String>], isModelledWhole: Bool = false, secretFields: Set<String> = [],
        durationFields: Set<String> = []
    ) {
        self.durationFields = durationFields
        self.otherFields = otherFields
        self.isModelledWhole = isModelledWhole
        self.secretFields = secretFields
    }

    func fields(at path: String) -> Set<String> {
        let own = otherFields[FieldPath.pattern(path)] ?? []
        switch path {
        case "": return own.union(["apiVersion", "kind", "status"])
        case "metadata": return own.union(ObjectShape.metadata)
        default: return own
        }
    }

    /// Whether any unknown field at this place is worth a warning. `metadata` and `spec` grow with Kubernetes; the
    /// outermost fields of its kinds do not.
    func isModelledWhole(_ path: String) -> Bool { path.isEmpty || isModelledWhole && path != "metadata" }

    func isSecret(_ path: String) -> Bool {
        secretFields.contains { path == $0 || path.hasPrefix($0 + ".") || path.hasPrefix($0 + "[") }
    }

    /// metadata (meta/v1 ObjectMeta) beyond the part that is read.
    private static let metadata: Set<String> = [
        "creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "finalizers", "generateName",
        "generation",
        "managedFields", "ownerReferences", "resourceVersion", "selfLink", "uid",
    ]

    /// Objects of martlet.dev and metallb.io.
    static let ours = ObjectShape(
        [:], isModelledWhole: true, secretFields: ["spec.password"],
        durationFields: [
            "spec.connectTime", "spec.drainTime", "spec.holdTime", "spec.keepaliveTime", "spec.retainFor",
            "spec.reuseAfter",
        ])

    /// core/v1 Service.
    static let service = ObjectShape([
        "spec": [
            "allocateLoadBalancerNodePorts", "externalIPs", "externalName", "healthCheckNodePort",
            "internalTrafficPolicy",
            "loadBalancerSourceRanges", "publishNotReadyAddresses", "sessionAffinity", "sessionAffinityConfig",
            "trafficDistribution",
        ],
        "spec.ports[]": ["appProtocol", "targetPort"],
        "status": ["conditions"],
        "status.loadBalancer.ingress[]": ["ports"],
    ])

    /// core/v1 Node.
    static let node = ObjectShape([
        "spec": ["configSource", "externalID", "podCIDR", "podCIDRs", "providerID", "taints"],
        "status": [
            "allocatable", "capacity", "config", "daemonEndpoints", "declaredFeatures", "features", "images",
            "nodeInfo",
            "phase", "runtimeHandlers", "volumesAttached", "volumesInUse",
        ],
        "status.conditions[]": ["lastHeartbeatTime", "lastTransitionTime", "message", "reason"],
    ])

    /// core/v1 Namespace.
    static let namespace = ObjectShape(["": ["spec"]])

    /// core/v1 Secret.
    static let secret = ObjectShape(["": ["immutable"]], secretFields: ["data", "stringData"])

    /// discovery.k8s.io/v1 EndpointSlice.
    static let endpointSlice = ObjectShape([
        "": ["ports"],
        "endpoints[]": ["deprecatedTopology", "hints", "hostname", "targetRef", "zone"],
    ])
}
