import Foundation
import KubernetesModel
import Testing

/// Objects of other components as they are in real clusters: what Martlet does not need of them may be null, absent or odd.
@Suite struct ForeignObjectTests {
    struct EventRow: Sendable, CustomStringConvertible {
        let description: String
        let json: String
        var controller = ""
        var time = ""
        var note = ""
        var regarding = ""

        init(
            _ description: String, controller: String = "", time: String = "", note: String = "",
            regarding: String = "",
            _ json: String
        ) {
            (self.description, self.json, self.controller) = (description, json, controller)
            (self.time, self.note, self.regarding) = (time, note, regarding)
        }
    }

    static let events: [EventRow] = [
        EventRow(
            "kubelet: a core/v1 Event, mirrored", controller: "kubelet", time: "2026-03-01T10:00:05Z",
            note: "Created container: web", regarding: "Pod shop/web-7d4",
            """
            {"metadata": {"name": "web-7d4.17f", "namespace": "shop", "uid": "1", "resourceVersion": "9",
              "creationTimestamp": "2026-03-01T10:00:00Z"}, "eventTime": null, "reportingController": "kubelet",
             "reportingInstance": "n1", "reason": "Created", "regarding": {"kind": "Pod", "namespace": "shop",
              "name": "web-7d4", "uid": "2", "apiVersion": "v1", "resourceVersion": "8", "fieldPath": "spec.containers{web}"},
             "note": "Created container: web", "type": "Normal", "deprecatedSource": {"component": "kubelet", "host": "n1"},
             "deprecatedFirstTimestamp": "2026-03-01T10:00:00Z", "deprecatedLastTimestamp": "2026-03-01T10:00:05Z",
             "deprecatedCount": 3}
            """),
        EventRow(
            "kubelet before 1.27: no reportingController", time: "2026-03-01T10:00:00Z", regarding: "Node -/n1",
            """
            {"metadata": {"name": "n1.17f", "namespace": "default"}, "eventTime": null, "reason": "NodeReady",
             "regarding": {"kind": "Node", "name": "n1", "uid": "n1"}, "type": "Normal",
             "deprecatedSource": {"component": "kubelet", "host": "n1"},
             "deprecatedFirstTimestamp": "2026-03-01T10:00:00Z", "deprecatedLastTimestamp": null}
            """),
        EventRow(
            "scheduler: an events.k8s.io/v1 Event", controller: "default-scheduler",
            time: "2026-03-01T10:00:00.123456Z",
            note: "Successfully assigned shop/web to n1", regarding: "Pod shop/web",
            """
            {"metadata": {"name": "web.17f", "namespace": "shop"}, "eventTime": "2026-03-01T10:00:00.123456Z",
             "reportingController": "default-scheduler", "reportingInstance": "default-scheduler-cp1", "action": "Binding",
             "reason": "Scheduled", "regarding": {"kind": "Pod", "namespace": "shop", "name": "web", "apiVersion": "v1"},
             "note": "Successfully assigned shop/web to n1", "type": "Normal", "deprecatedSource": {},
             "deprecatedFirstTimestamp": null, "deprecatedLastTimestamp": null}
            """),
        EventRow(
            "scheduler: a series", controller: "default-scheduler", time: "2026-03-01T10:00:00.000000Z",
            regarding: "Pod shop/web",
            """
            {"metadata": {"name": "web.18", "namespace": "shop"}, "eventTime": "2026-03-01T10:00:00.000000Z",
             "series": {"count": 7, "lastObservedTime": "2026-03-01T10:05:00.000000Z"},
             "reportingController": "default-scheduler", "action": "Scheduling", "reason": "FailedScheduling",
             "regarding": {"kind": "Pod", "namespace": "shop", "name": "web"}, "related": null, "type": "Warning"}
            """),
        EventRow(
            "controller-manager: no note, no action", controller: "deployment-controller", time: "2026-03-01T10:00:00Z",
            regarding: "Deployment shop/web",
            """
            {"metadata": {"name": "web.19", "namespace": "shop", "creationTimestamp": "2026-03-01T10:00:00Z"},
             "eventTime": null, "reportingController": "deployment-controller", "reportingInstance": "",
             "reason": "ScalingReplicaSet", "regarding": {"kind": "Deployment", "namespace": "shop", "name": "web"},
             "type": "Normal"}
            """),
        EventRow(
            "cloud provider: a Service's Event by core/v1", controller: "service-controller",
            time: "2026-03-01T10:00:00Z",
            note: "Ensuring load balancer", regarding: "Service shop/web",
            """
            {"metadata": {"name": "web.20", "namespace": "shop", "managedFields": [{"manager": "x"}]}, "eventTime": null,
             "reportingController": "service-controller", "reason": "EnsuringLoadBalancer", "note": "Ensuring load balancer",
             "regarding": {"kind": "Service", "namespace": "shop", "name": "web", "uid": "u"},
             "deprecatedFirstTimestamp": "2026-03-01T10:00:00Z", "deprecatedLastTimestamp": "2026-03-01T10:00:00Z"}
            """),
        EventRow("nothing but its metadata", #"{"metadata": {"name": "e", "namespace": "shop"}}"#),
        EventRow(
            "every field odd",
            """
            {"metadata": {"name": "e", "namespace": "shop"}, "eventTime": 7, "reportingController": {}, "note": ["x"],
             "reportingInstance": null, "action": null, "reason": null, "type": null, "regarding": null}
            """),
        EventRow(
            "about something odd",
            #"{"metadata": {"name": "e"}, "regarding": {"kind": null, "name": null, "uid": 5, "namespace": {}}}"#),
    ]

    @Test("An Event of any component is read", arguments: events) func event(row: EventRow) throws {
        let event = try JSONDecoder().decode(ObservedEvent.self, from: Data(row.json.utf8))
        #expect(event.reportingController == row.controller)
        #expect(event.eventTime == row.time)
        #expect(event.note == row.note)
        let regarding = event.regarding
        let place = regarding.namespace ?? "-"
        #expect((regarding.kind.isEmpty ? "" : "\(regarding.kind) \(place)/\(regarding.name)") == row.regarding)
        #expect(try JSONDecoder().decode(ObservedEvent.self, from: JSONEncoder().encode(event)) == event)
    }

    private static func reads<Object: Decodable & SendableMetatype>(_: Object.Type) -> @Sendable (String) throws -> Void
    {
        { json in _ = try JSONDecoder().decode(Object.self, from: Data(json.utf8)) }
    }

    struct Row: Sendable, CustomStringConvertible {
        let description: String
        let read: @Sendable (String) throws -> Void
        let json: String
    }

    static let rows: [Row] = [
        Row(
            description: "a Node before its kubelet reports", read: reads(Node.self),
            json: #"{"metadata": {"name": "n1", "creationTimestamp": null}, "spec": {}, "status": {}}"#),
        Row(
            description: "a Node whose lists are null", read: reads(Node.self),
            json: """
                {"metadata": {"name": "n1", "labels": null, "annotations": null, "ownerReferences": null,
                  "finalizers": null}, "spec": {"unschedulable": null, "taints": null, "podCIDRs": null},
                 "status": {"conditions": null, "addresses": null, "images": [{"names": null}], "volumesInUse": null}}
                """),
        Row(
            description: "a Node of a real cluster", read: reads(Node.self),
            json: """
                {"metadata": {"name": "n1", "ownerReferences": [{"apiVersion": "x/v1", "kind": "Machine", "name": "m",
                  "uid": "1", "controller": true}]}, "spec": {"podCIDR": "10.0.0.0/24", "providerID": "x://1",
                  "taints": [{"key": "a", "effect": "NoSchedule", "timeAdded": "2026-03-01T10:00:00Z"}]},
                 "status": {"capacity": {"cpu": "8"}, "conditions": [{"type": "Ready", "status": "Unknown", "reason": "x",
                  "lastHeartbeatTime": null, "lastTransitionTime": "2026-03-01T10:00:00Z"}],
                  "addresses": [{"type": "InternalIP", "address": "192.0.2.1"}], "nodeInfo": {"swap": {"capacity": 1}}}}
                """),
        Row(
            description: "a headless Service", read: reads(Service.self),
            json: """
                {"metadata": {"name": "a", "namespace": "b"}, "spec": {"clusterIP": "None", "clusterIPs": ["None"],
                  "ports": null, "selector": null, "sessionAffinityConfig": null, "externalIPs": null},
                 "status": {"loadBalancer": {}}}
                """),
        Row(
            description: "a Service of type ExternalName", read: reads(Service.self),
            json: """
                {"metadata": {"name": "a", "namespace": "b"}, "spec": {"type": "ExternalName", "externalName": "x.example",
                  "clusterIP": null, "ipFamilies": null, "ipFamilyPolicy": null}, "status": {"loadBalancer": null}}
                """),
        Row(
            description: "a Service with another's load balancer", read: reads(Service.self),
            json: """
                {"metadata": {"name": "a", "namespace": "b"}, "spec": {"type": "LoadBalancer", "ports": [{"port": 80,
                  "targetPort": "http", "appProtocol": null, "nodePort": 30000}], "loadBalancerSourceRanges": null},
                 "status": {"conditions": [{"type": "x", "status": "True", "reason": "", "message": "",
                  "lastTransitionTime": null, "observedGeneration": null}],
                  "loadBalancer": {"ingress": [{"hostname": "x.example", "ip": null, "ports": [{"port": 80,
                  "protocol": "TCP", "error": null}]}]}}}
                """),
        Row(
            description: "an EndpointSlice without endpoints", read: reads(EndpointSlice.self),
            json:
                #"{"metadata": {"name": "a", "namespace": "b"}, "addressType": "IPv4", "endpoints": null, "ports": null}"#
        ),
        Row(
            description: "an EndpointSlice with every optional field", read: reads(EndpointSlice.self),
            json: """
                {"metadata": {"name": "a", "namespace": "b", "generateName": "a-"}, "addressType": "IPv6",
                 "endpoints": [{"addresses": ["2001:db8::1"], "conditions": {}, "nodeName": null, "zone": "z",
                  "hints": {"forZones": [{"name": "z"}], "forNodes": null}, "targetRef": {"kind": "Pod"},
                  "deprecatedTopology": {"a": "b"}}, {"addresses": ["2001:db8::2"], "conditions": null}],
                 "ports": [{"name": null, "port": null, "protocol": null}]}
                """),
        Row(
            description: "a Namespace that is being deleted", read: reads(Namespace.self),
            json: """
                {"metadata": {"name": "a", "labels": null, "deletionTimestamp": "2026-03-01T10:00:00Z"},
                 "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Terminating", "conditions": null}}
                """),
    ]

    @Test("A Node, Service, EndpointSlice or Namespace of any shape is read", arguments: rows) func object(row: Row)
        throws
    {
        try row.read(row.json)
    }
}
