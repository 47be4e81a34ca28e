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
