import FoundationEssentials
import KubernetesModel

/// Patches as JSON (RFC 7386), for the `status` subresource.
package enum PatchBody {
    /// Annotations and status in one: for a Service, the API server takes both on its status.
    package static func of(_ patch: ServicePatch) -> [UInt8] {
        var metadata: [String: Value] = [:]
        metadata["resourceVersion"] = patch.resourceVersion.map { .text($0) }
        metadata["uid"] = patch.uid.map { .text($0) }
        if !patch.annotations.isEmpty {
            metadata["annotations"] = .object(patch.annotations.mapValues { $0.map { .text($0) } ?? .null })
        }
        var status: [String: Value] = [:]
        if let ingress = patch.ingress {
            let entries = ingress.map { entry -> Value in
                var fields: [String: Value] = [:]
                fields["ip"] = entry.ip.map { .text($0) }
                fields["ipMode"] = entry.ipMode.map { .text($0) }
                return .object(fields)
            }
            status["loadBalancer"] = .object(["ingress": entries.isEmpty ? .null : .list(entries)])
        }
        if let conditions = patch.conditions { status["conditions"] = .list(conditions.map(value)) }
        var body: [String: Value] = ["metadata": .object(metadata)]
        if !status.isEmpty { body["status"] = .object(status) }
        return encode(.object(body))
    }

    package static func of(_ patch: ConfigurationPatch) -> [UInt8] {
        var status: [String: Value] = [:]
        if let conditions = patch.conditions { status["conditions"] = .list(conditions.map(value)) }
        if let counts = patch.counts {
            status["assignedIPv4"] = .number(counts.assignedIPv4)
            status["assignedIPv6"] = .number(counts.assignedIPv6)
            status["availableIPv4"] = .number(counts.availableIPv4)
            status["availableIPv6"] = .number(counts.availableIPv6)
        }
        var metadata: [String: Value] = [:]
        metadata["resourceVersion"] = patch.resourceVersion.map { .text($0) }
        return encode(.object(["metadata": .object(metadata), "status": .object(status)]))
    }

    private static func value(_ condition: Condition) -> Value {
        var fields: [String: Value] = [
            "type": .text(condition.type), "status": .text(condition.status),
            "reason": .text(condition.reason ?? "Unknown"), "message": .text(condition.message ?? ""),
            "lastTransitionTime": condition.lastTransitionTime.map { .text($0) } ?? .null,
        ]
        if let generation = condition.observedGeneration { fields["observedGeneration"] = .number(generation) }
        return .object(fields)
    }

    /// JSON that has `null` where something is to be removed.
    private indirect enum Value: Encodable {
        case null
        case text(String)
        case number(Int64)
        case list([Value])
        case object([String: Value])

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .null: try container.encodeNil()
            case .text(let text): try container.encode(text)
            case .number(let number): try container.encode(number)
            case .list(let values): try container.encode(values)
            case .object(let members): try container.encode(members)
            }
        }
    }

    private static func encode(_ value: Value) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts, numbers and their collections can always be encoded.
        return (try? encoder.encode(value)).map(Array.init) ?? []
    }
}
