import Foundation
import Testing

@testable import Presentation

/// `docs/outputs.schema.json` describes what is printed, all of it, and nothing else.
@Suite("Schemas") struct SchemaTests {
    static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../docs/outputs.schema.json").standardized

    static func definitions() throws -> [String: JSONValue] {
        try #require(
            try JSONDecoder().decode(JSONValue.self, from: Data(contentsOf: file)).object["$defs"]
        ).object
    }

    /// Every document of the samples, with the name of its definition.
    static var documents: [(String, JSONValue)] {
        var bundle = BundleDocument.Process(source: "http://127.0.0.1:7472")
        bundle.status = Samples.status.documents.last
        bundle.events = EventsDocument(Samples.status.events)
        var explanation = ExplanationDocument(
            service: "default/web", steps: [ExplanationStep("Service", .good, "m", details: ["d"])],
            advice: ["a"])
        explanation.events = Samples.status.events
        bundle.explanations = [explanation]
        let saved = BundleDocument(
            version: "0.1.0", made: Samples.now,
            processes: [bundle, BundleDocument.Process(source: "http://127.0.0.1:7473")],
            objects: [["kind": "Node"]])
        let peer = PeerEntry(
            peer: "tor-a", address: nil, state: "Idle", since: nil, prefixesSent: 0, bfd: "Init",
            bfdSession: BFDSessionEntry(
                since: Samples.now, diagnostic: "No Diagnostic", transmitInterval: 300, detectionTime: 900, failures: 0,
                packetsSent: 1, packetsReceived: 0, drops: [.init(reason: "Length", count: 1)]))
        return Samples.status.documents.map { ("status", $0.json) }
            + [
                ("plan", Samples.plan.json), ("plan", Samples.contractPlan.json),
                ("check", Samples.problems.json),
                ("compare", PlanComparison(from: Samples.contractPlan, to: Samples.plan).json),
                ("compare", PlanComparison(from: Samples.plan, to: Samples.contractPlan).json),
                ("explain", explanation.json), ("events", EventsDocument(Samples.status.events).json),
                ("bundle", saved.json), ("Peer", peer.json),
                ("Segment", SegmentEntry(interface: "eth0", members: [], unheard: ["n2"]).json),
                (
                    "Interface",
                    InterfaceEntry(
                        interface: "eth0", mac: nil, isUp: true, addresses: 1,
                        claims: .init(watching: 1, probing: 0, holding: 1, conflict: 0), kernelDrops: 3,
                        forgedClaims: 1, beliefsDropped: 1
                    ).json
                ),
            ] + Resource.allCases.map { ("get-\($0.rawValue)", $0.list(from: Samples.status).json) }
    }

    @Test("what is printed is as the schema says, with no member that it does not name") func valid()
        throws
    {
        let definitions = try Self.definitions()
        for (name, document) in Self.documents {
            let schema = try #require(definitions[name], "\(name)")
            #expect(SchemaCheck(definitions).problems(document, schema, at: name) == [])
        }
        #expect(Set(Self.documents.map(\.0)).isSubset(of: definitions.keys))
    }

    @Test("what is not so is noticed") func invalid() throws {
        let definitions = try Self.definitions()
        let rows: [(String, String, String)] = [
            ("check", "{}", "problems"), ("check", #"{"problems": 1}"#, "array"),
            ("check", #"{"problems": [], "more": 1}"#, "more"),
            (
                "check",
                #"{"problems": [{"severity": "bad", "object": null, "field": null, "message": ""}]}"#,
                "severity"
            ),
            (
                "plan", #"{"assignments": [], "announcements": [], "silent": [null], "problems": []}"#,
                "object"
            ),
        ]
        for (name, text, word) in rows {
            let value = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
            let problems = SchemaCheck(definitions).problems(
                value, try #require(definitions[name]), at: name)
            #expect(problems.contains { $0.contains(word) }, "\(text): \(problems)")
        }
    }

    @Test("every word of an event is in the schema, and no other") func words() throws {
        let words = try Self.definitions()["Event"]?.object["properties"]?.object["kind"]?.object[
            "enum"]
        #expect(words == .array(EventEntry.Kind.allCases.map { .string($0.rawValue) }))
    }
}

/// As much of JSON Schema (draft 2020-12) as the schema uses, and stricter: a member must be named.
private struct SchemaCheck {
    private let definitions: [String: JSONValue]

    init(_ definitions: [String: JSONValue]) { self.definitions = definitions }

    func problems(_ value: JSONValue, _ schema: JSONValue, at place: String) -> [String] {
        let schema = schema.object
        if case .string(let reference) = schema["$ref"] {
            guard let target = definitions[String(reference.dropFirst("#/$defs/".count))] else {
                return ["\(place): \(reference) is nowhere"]
            }
            return problems(value, target, at: place)
        }
        if case .array(let choices) = schema["oneOf"] {
            let all = choices.map { problems(value, $0, at: place) }
            return all.contains([]) ? [] : all.flatMap(\.self)
        }
        if case .array(let words) = schema["enum"] {
            return words.contains(value) ? [] : ["\(place): \(value) is none of \(words)"]
        }
        let types: [JSONValue] =
            if case .array(let types) = schema["type"] { types } else { [schema["type"] ?? .null] }
        guard types.contains(.string(value.typeName)) else {
            return ["\(place): \(value) is not of type \(types)"]
        }
        if case .array(let elements) = value, let items = schema["items"] {
            return elements.enumerated().flatMap { problems($1, items, at: "\(place)[\($0)]") }
        }
        guard let properties = schema["properties"]?.object else { return [] }
        let members = value.object
        var missing: [String] = []
        if case .array(let required) = schema["required"] {
            for case .string(let name) in required where members[name] == nil { missing.append(name) }
        }
        return missing.map { "\(place): \($0) is missing" }
            + members.sorted { $0.key < $1.key }.flatMap { name, member in
                properties[name].map { problems(member, $0, at: "\(place).\(name)") }
                    ?? ["\(place): \(name) is not in the schema"]
            }
    }
}

extension JSONValue {
    /// The members of an object; none of anything else.
    fileprivate var object: [String: JSONValue] {
        guard case .object(let members) = self else { return [:] }
        return Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    fileprivate var typeName: String {
        switch self {
        case .null: "null"
        case .boolean: "boolean"
        case .integer: "integer"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
