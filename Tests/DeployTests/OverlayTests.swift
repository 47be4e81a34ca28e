import Testing

/// What `kubectl apply -k` would apply.
@Suite struct OverlayTests {
    static let controller = "martlet-controller"
    static let speaker = "martlet-speaker"

    @Test("Every overlay holds every object once, in the namespace that it makes", arguments: Repository.overlays)
    func whole(overlay: String) throws {
        let objects = try Kustomization(overlay).objects
        #expect(Set(objects.map(\.identity)).count == objects.count)
        #expect(objects.filter { $0.kind == "CustomResourceDefinition" }.count == SchemaTests.kinds.count)
        #expect(objects.contains { $0.kind == "Namespace" && $0.name == "martlet-system" })
        let clusterWide: Set = [
            "CustomResourceDefinition", "Namespace", "ClusterRole", "ClusterRoleBinding", "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
        ]
        for object in objects {
            #expect(object["apiVersion"].text != nil && !object.name.isEmpty, "\(object.identity)")
            #expect(
                object.namespace == (clusterWide.contains(object.kind) ? nil : "martlet-system"), "\(object.identity)")
        }
    }

    @Test("Every folder with a kustomization is an overlay, or part of one, or a component") func known() throws {
        let folders = Repository.files(below: "deploy", "kustomization.yaml").map {
            $0.dropLast("/kustomization.yaml".count)
        }
        #expect(
            folders.map(String.init)
                == ([
                    "deploy/base", "deploy/components/metallb-secrets", "deploy/components/network-policy",
                    "deploy/crds",
                    "deploy/monitoring",
                ] + Repository.overlays).sorted())
        let component = try Kustomization("deploy/components/metallb-secrets")
        #expect(component.objects.map(\.namespace) == ["metallb-system", "metallb-system"])
    }

    @Test("The network policy selects the controllers' pods, and lets in by the port that they serve HTTP on")
    func networkPolicy() throws {
        let policies = try Kustomization("deploy/components/network-policy").objects
        #expect(policies.map(\.identity).count == 1)
        let policy = try #require(policies.first)
        let all = try Kustomization("deploy/base")
        let deployment = try #require(all["Deployment", OverlayTests.controller])
        #expect(policy["apiVersion"].text == "networking.k8s.io/v1" && policy.kind == "NetworkPolicy")
        #expect(policy.namespace == deployment.namespace)
        #expect(policy.at("spec.podSelector.matchLabels") == deployment.at("spec.template.metadata.labels"))
        #expect(policy.at("spec.policyTypes").texts == ["Ingress"])
        let rules = policy.at("spec.ingress").list
        // A rule without `from` would let everybody in.
        #expect(rules.count == 1 && rules.allSatisfy { !$0["from"].list.isEmpty })
        let served = deployment.at("spec.template.spec.containers").list.flatMap {
            $0["ports"].list.map { $0["name"].text }
        }
        for port in rules.flatMap({ $0["ports"].list }) {
            #expect(port["protocol"].text == "TCP" && served.contains(port["port"].text), "\(port)")
        }
    }

    // MARK: - Permissions

    private static let roles: [(kind: String, name: String)] = [
        ("ClusterRole", controller), ("Role", controller), ("ClusterRole", speaker), ("Role", speaker),
    ]

    @Test("Permissions are named one by one, and Secrets are read in the own namespace alone", arguments: roles)
    func rules(role: (kind: String, name: String)) throws {
        let all = try Kustomization("deploy/base")
        let object = try #require(all[role.kind, role.name])
        #expect(object["rules"].list.count > 0)
        for rule in object["rules"].list {
            let words = rule["apiGroups"].texts + rule["resources"].texts + rule["verbs"].texts
            #expect(!words.contains { $0.contains("*") }, "\(rule)")
            let forbidden: Set = ["escalate", "bind", "impersonate", "deletecollection", "delete"]
            #expect(forbidden.isDisjoint(with: rule["verbs"].texts), "\(rule)")
            let writes = Set(rule["verbs"].texts).subtracting(["get", "list", "watch"])
            if rule["resources"].texts.contains("secrets") {
                let isKey = role == ("Role", OverlayTests.controller) && rule["verbs"].texts == ["create"]
                #expect(isKey || role == ("Role", OverlayTests.speaker) && writes.isEmpty)
            }
            if role.name == OverlayTests.speaker, !writes.isEmpty {
                let isEvents = rule["resources"].texts == ["events"] && writes == ["create"]
                #expect(
                    isEvents || rule["resources"].texts.allSatisfy { $0.hasPrefix("speakers") },
                    "it changes nothing else")
            }
        }
        let binding = try #require(all[role.kind + "Binding", role.name])
        #expect(binding.at("roleRef.kind").text == role.kind && binding.at("roleRef.name").text == role.name)
        #expect(
            binding["subjects"].list == [
                .map([
                    "kind": .text("ServiceAccount"), "name": .text(role.name), "namespace": .text("martlet-system"),
                ])
            ])
        #expect(all["ServiceAccount", role.name] != nil)
    }

    @Test("Every kind of the definitions is in the rules, by the name that it has there") func kinds() throws {
        let all = try Kustomization("deploy/base")
        let plurals = Set(try CustomKind.all().compactMap { $0.definition.at("spec.names.plural").text })
        for (kind, name) in OverlayTests.roles {
            let rules = all[kind, name]?["rules"].list.filter { $0["apiGroups"].texts == ["martlet.dev"] } ?? []
            for resource in rules.flatMap({ $0["resources"].texts }) {
                #expect(plurals.contains(String(resource.prefix { $0 != "/" })), "\(resource)")
            }
        }
        for name in [OverlayTests.controller, OverlayTests.speaker] {
            let read = all["ClusterRole", name]?["rules"].list.filter { $0["verbs"].texts.contains("watch") } ?? []
            for group in ["martlet.dev", "metallb.io"] {
                let resources = read.filter { $0["apiGroups"].texts == [group] }.flatMap { $0["resources"].texts }
                #expect(Set(resources) == plurals.subtracting(["speakers"]), "\(name), \(group)")
            }
        }
    }

    @Test("The policy of speakers is bound, denies, and is about their ServiceAccount and objects") func policy() throws
    {
        let all = try Kustomization("deploy/base")
        let policy = try #require(all["ValidatingAdmissionPolicy", OverlayTests.speaker])
        let binding = try #require(all["ValidatingAdmissionPolicyBinding", OverlayTests.speaker])
        #expect(policy["apiVersion"].text == "admissionregistration.k8s.io/v1")
        #expect(binding["apiVersion"].text == "admissionregistration.k8s.io/v1")
        #expect(binding.at("spec.policyName").text == OverlayTests.speaker)
        #expect(binding.at("spec.validationActions").texts == ["Deny"])
        #expect(policy.at("spec.failurePolicy").text == "Fail")
        let spec = policy["spec"]
        #expect(
            Set(spec.map.keys)
                == ["failurePolicy", "matchConstraints", "matchConditions", "variables", "validations"])
        let rules = spec.at("matchConstraints.resourceRules").list
        #expect(rules.count == 1)
        #expect(rules.first?["resources"].texts == ["speakers", "speakers/status"])
        #expect(rules.first?["operations"].texts == ["CREATE", "UPDATE"], "RBAC permits no DELETE")
        let user = "system:serviceaccount:martlet-system:\(OverlayTests.speaker)"
        #expect(spec["matchConditions"].list.first?["expression"].text?.contains("\"\(user)\"") ?? false)
        for validation in spec["validations"].list {
            #expect(validation["expression"].text != nil && validation["reason"].text == "Forbidden")
            #expect(validation["message"].text != nil || validation["messageExpression"].text != nil)
        }
    }

    // MARK: - Pods

    private static func pod(_ overlay: String, _ name: String) throws -> Value {
        let all = try Kustomization(overlay)
        let workload = all["Deployment", name] ?? all["DaemonSet", name] ?? .null
        #expect(workload.at("spec.selector.matchLabels").map.isEmpty == false)
        #expect(workload.at("spec.selector.matchLabels") == workload.at("spec.template.metadata.labels"))
        return workload.at("spec.template.spec")
    }

    @Test("No pod is root, writes to its image, or has a capability that is not named", arguments: Repository.overlays)
    func security(overlay: String) throws {
        for name in [OverlayTests.controller, OverlayTests.speaker] {
            let pod = try OverlayTests.pod(overlay, name)
            #expect(pod["serviceAccountName"].text == name)
            #expect(pod.at("securityContext.runAsNonRoot").bool == true)
            #expect(pod.at("securityContext.seccompProfile.type").text == "RuntimeDefault")
            #expect(pod["hostPID"] == .null && pod["hostIPC"] == .null)
            let container = try #require(pod["containers"].list.first)
            #expect(pod["containers"].list.count == 1 && pod["initContainers"] == .null)
            let context = container["securityContext"]
            #expect(context["readOnlyRootFilesystem"].bool == true)
            #expect(context["privileged"] == .null)
            #expect(context.at("capabilities.drop").texts == ["ALL"])
            #expect(container["image"].text?.hasSuffix("/martlet:0.1.0") == true)
            #expect(pod["volumes"].list.allSatisfy { $0["hostPath"] == .null }, "nothing of the node is mounted")
        }
        let controller = try OverlayTests.pod(overlay, OverlayTests.controller)["containers"].list.first ?? .null
        #expect(controller.at("securityContext.allowPrivilegeEscalation").bool == false)
        #expect(controller.at("securityContext.capabilities.add") == .null)
        let speaker = try OverlayTests.pod(overlay, OverlayTests.speaker)["containers"].list.first ?? .null
        let added = speaker.at("securityContext.capabilities.add").texts
        let expected = [
            "deploy/overlays/full": ["NET_RAW", "NET_BIND_SERVICE", "SYS_NICE"],
            "deploy/overlays/layer2": ["NET_RAW", "SYS_NICE"],
            "deploy/overlays/bgp": ["NET_BIND_SERVICE", "SYS_NICE"],
        ]
        #expect(added == expected[overlay])
    }

    @Test("Speakers have a key by default, from a Secret that the controller makes and no manifest has") func key()
        throws
    {
        for overlay in Repository.overlays {
            let objects = try Kustomization(overlay).objects
            #expect(!objects.contains { $0.kind == "Secret" })
            let speaker = try OverlayTests.pod(overlay, OverlayTests.speaker)
            let volume = try #require(speaker["volumes"].list.first { $0["name"].text == "speaker-key" })
            let secret = try #require(volume.at("secret.secretName").text)
            #expect(volume.at("secret.optional") == .null, "no speaker runs without a key")
            let container = try #require(speaker["containers"].list.first)
            let mount = try #require(container["volumeMounts"].list.first { $0["name"].text == "speaker-key" })
            let path = try #require(mount["mountPath"].text)
            let arguments = container["args"].texts
            let option = try #require(arguments.firstIndex(of: "--liveness-key-file"))
            #expect(arguments[option + 1] == path + "/key" && mount["readOnly"].bool == true)
            let controller = try OverlayTests.pod(overlay, OverlayTests.controller)["containers"].list.first ?? .null
            let made = controller["args"].texts
            let name = try #require(made.firstIndex(of: "--speaker-key-secret"))
            #expect(made[name + 1] == secret)
        }
    }

    @Test("A speaker may read the namespace by which it knows its cluster, and no other") func namespace() throws {
        let rules = try Kustomization("deploy/base")["ClusterRole", OverlayTests.speaker]?["rules"].list ?? []
        let concerned = rules.filter { $0["resources"].texts.contains("namespaces") }
        #expect(concerned.count == 1 && concerned[0]["resourceNames"].texts == ["kube-system"])
        #expect(concerned[0]["verbs"].texts == ["get"])
    }

    @Test("Pods are asked how they are where they listen, and are given what they need") func probes() throws {
        for name in [OverlayTests.controller, OverlayTests.speaker] {
            let pod = try OverlayTests.pod("deploy/base", name)
            let container = pod["containers"].list.first ?? .null
            let isSpeaker = name == OverlayTests.speaker
            #expect(container["args"].texts.first == (isSpeaker ? "speaker" : "controller"))
            #expect(container["args"].texts.contains(isSpeaker ? "127.0.0.1:7472" : "0.0.0.0:7472"))
            #expect(container["ports"].list.contains { $0["containerPort"].int == 7472 } == !isSpeaker)
            for (probe, path) in [
                ("startupProbe", "/healthz"), ("livenessProbe", "/healthz"), ("readinessProbe", "/readyz"),
            ] {
                let request = container[probe]["httpGet"]
                #expect(request["path"].text == path, "\(name) \(probe)")
                #expect(request["host"].text == (isSpeaker ? "127.0.0.1" : nil))
                #expect(request["port"] == (isSpeaker ? .int(7472) : .text("http")))
            }
            #expect(container.at("resources.requests").map.keys.sorted() == ["cpu", "memory"])
            #expect(
                container.at("resources.limits").map.keys.sorted() == ["memory"], "a CPU limit delays what is urgent")
            #expect(pod["priorityClassName"].text == (isSpeaker ? "system-node-critical" : "system-cluster-critical"))
            #expect((pod["terminationGracePeriodSeconds"].int ?? 0) >= 10)
        }
        let all = try Kustomization("deploy/base")
        let speaker = all["DaemonSet", OverlayTests.speaker] ?? .null
        #expect(speaker.at("spec.updateStrategy.rollingUpdate.maxUnavailable").int == 1)
        #expect(speaker.at("spec.template.spec.hostNetwork").bool == true)
        #expect(speaker.at("spec.template.spec.tolerations").list == [.map(["operator": .text("Exists")])])
        let budget = all["PodDisruptionBudget", OverlayTests.controller] ?? .null
        let controller = all["Deployment", OverlayTests.controller] ?? .null
        #expect(budget.at("spec.selector") == controller.at("spec.selector"))
    }
}
