import KubernetesModel
import Testing

/// The schemas of Martlet's kinds say what the program reads.
@Suite struct SchemaTests {
    static let kinds = [
        "BFDProfile", "BGPAdvertisement", "BGPPeer", "Community", "IPAddressPool", "L2Advertisement", "Speaker",
    ]

    private static func spec(of kind: String) throws -> [String: String]? {
        switch kind {
        case "BFDProfile": try ModelFields.of(BFDProfileSpec.self)
        case "BGPAdvertisement": try ModelFields.of(BGPAdvertisementSpec.self)
        case "BGPPeer": try ModelFields.of(BGPPeerSpec.self)
        case "Community": try ModelFields.of(CommunityListSpec.self)
        case "IPAddressPool": try ModelFields.of(IPAddressPoolSpec.self)
        case "L2Advertisement": try ModelFields.of(L2AdvertisementSpec.self)
        default: nil
        }
    }

    private static func status(of kind: String) throws -> [String: String] {
        switch kind {
        case "IPAddressPool": try ModelFields.of(IPAddressPoolStatus.self)
        case "Speaker": try ModelFields.of(SpeakerStatus.self)
        default: try ModelFields.of(ConfigurationStatus.self)
        }
    }

    @Test("There is a definition for each kind, and for no other") func complete() throws {
        #expect(try CustomKind.all().map(\.kind).sorted() == SchemaTests.kinds)
        let listed = try Repository.documents("deploy/crds/kustomization.yaml").first?["resources"].texts ?? []
        #expect(Set(listed.map { "deploy/crds/\($0)" }) == Set(CustomKind.files))
    }

    @Test("Every field that is read is in the schema, with its type, and no other", arguments: kinds)
    func fields(kind: String) throws {
        let custom = try #require(try CustomKind.find(kind))
        guard let model = try SchemaTests.spec(of: kind) else {
            #expect(custom.schema.at("properties.spec") == .null, "there is nothing to configure in it")
            return
        }
        SchemaTests.compare(model, with: custom.schema.at("properties.spec"))
    }

    @Test("Every field that is written to a status is in the schema, with its type, and no other", arguments: kinds)
    func statusFields(kind: String) throws {
        let custom = try #require(try CustomKind.find(kind))
        SchemaTests.compare(try SchemaTests.status(of: kind), with: custom.schema.at("properties.status"))
    }

    private static func compare(_ model: [String: String], with schema: Value) {
        let types = CustomKind.fields(of: schema, at: "").mapValues { $0["type"].text ?? "" }
        #expect(Set(types.keys).subtracting(model.keys).sorted() == [], "only in the schema")
        #expect(Set(model.keys).subtracting(types.keys).sorted() == [], "only in the model")
        for (field, type) in model { #expect(types[field] == type, "\(field)") }
    }

    @Test("Every field has a description, and every list and text an end", arguments: kinds)
    func shape(kind: String) throws {
        let custom = try #require(try CustomKind.find(kind))
        let fields = CustomKind.fields(of: custom.schema, at: "")
        #expect(fields.count > 5)
        #expect(custom.schema["description"].text?.isEmpty == false)
        for (field, schema) in fields {
            // What an item of plain text is, its list says.
            let needsDescription = field != "metadata" && !(field.hasSuffix("[]") && schema["type"].text == "string")
            #expect(
                !needsDescription || schema["description"].text?.hasSuffix(".") ?? false || field == "apiVersion"
                    || field == "kind", "\(field) has no sentence")
            if schema["type"].text == "array" {
                #expect(schema["maxItems"].int != nil, "\(field)")
                #expect(schema["x-kubernetes-list-type"].text != nil, "\(field)")
            }
            // Rules are counted with the longest text there can be.
            if schema["type"].text == "string", schema["x-kubernetes-validations"] != .null {
                #expect(schema["maxLength"].int != nil, "\(field)")
            }
            #expect(schema["default"] == .null, "\(field): what is absent stays absent")
            for rule in schema["x-kubernetes-validations"].list {
                let message = rule["message"].text ?? ""
                #expect(message.contains(":") || message.contains("begins with"), "\(field): no remedy in \(message)")
            }
        }
    }

    @Test("Kinds can be listed together, have a status of their own, and columns that exist", arguments: kinds)
    func presentation(kind: String) throws {
        let custom = try #require(try CustomKind.find(kind))
        #expect(custom.definition.at("spec.group").text == "martlet.dev")
        #expect(custom.definition.at("spec.scope").text == "Namespaced")
        #expect(custom.definition.at("spec.names.categories").texts == ["martlet"])
        #expect(custom.definition.at("spec.names.shortNames").texts.count == 1)
        #expect(custom.version["name"].text == "v1beta1")
        #expect(custom.version["served"].bool == true && custom.version["storage"].bool == true)
        #expect(custom.version["subresources"].map.keys.contains("status"))
        let conditions = custom.schema.at("properties.status.properties.conditions")
        #expect(conditions["x-kubernetes-list-type"].text == "map")
        #expect(conditions["x-kubernetes-list-map-keys"].texts == ["type"])
        let fields = CustomKind.fields(of: custom.schema, at: "")
        for column in custom.version["additionalPrinterColumns"].list {
            let path = String((column["jsonPath"].text ?? "").dropFirst().prefix { $0 != "[" })
            #expect(fields[path] != nil || path == "metadata.creationTimestamp", "\(column)")
            #expect(column["description"].text?.hasSuffix(".") == true, "\(column)")
        }
    }
}
