/// A Secret (core/v1). Its values never leave the process: not into a log, a status or a metric.
package struct Secret: Codable, Hashable, Sendable {
    package var metadata: ObjectMeta
    package var type: String?
    /// Values in Base64.
    package var data: [String: String]?
    /// Values in plain text, as manifests may have them.
    package var stringData: [String: String]?

    package init(
        metadata: ObjectMeta, type: String? = nil, data: [String: String]? = nil, stringData: [String: String]? = nil
    ) {
        self.metadata = metadata
        self.type = type
        self.data = data
        self.stringData = stringData
    }
}

extension Secret: CustomStringConvertible, CustomReflectable {
    /// The name and the keys; never a value.
    package var description: String {
        let keys = Set(data?.keys.map(\.self) ?? []).union(stringData?.keys.map(\.self) ?? [])
        let name = NamespacedName(namespace: metadata.namespace, name: metadata.name)
        return "Secret(\(name), keys: \(keys.sorted().joined(separator: ", ")))"
    }

    /// Keeps the values out of `dump` and of test failures.
    package var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}

package struct SecretReference: Codable, Hashable, Sendable {
    package var name: String?
    package var namespace: String?
}
