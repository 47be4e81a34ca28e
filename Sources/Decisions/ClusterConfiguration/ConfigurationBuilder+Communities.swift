import KubernetesModel

extension ConfigurationBuilder {
    struct CommunityAliases {
        var values: [String: CommunityValue] = [:]
        /// Names of aliases in Community objects that are invalid.
        var invalidNames: Set<String> = []
        /// Whether a Community object could not be understood, so that its names are not known.
        var areIncomplete = false
    }

    mutating func makeCommunityAliases() -> CommunityAliases {
        var aliases = CommunityAliases()
        aliases.areIncomplete = !unreadable(CommunityList.kind).isEmpty
        for object in uniquelyNamed(state.communities) {
            var check = ObjectCheck(ObjectReference(object), state.locations)
            var own: [String: CommunityValue] = [:]
            let entries = object.spec?.communities ?? []
            check.findRepetitions(entries.compactMap(\.name), "spec.communities")
            for (index, alias) in entries.enumerated() {
                let field = "spec.communities[\(index)]"
                guard let name = alias.name, !name.isEmpty else {
                    check.warning("\(field).name", "an alias without a name cannot be used: give it one or remove it")
                    continue
                }
                if aliases.values[name] != nil {
                    check.error(
                        "\(field).name",
                        "the alias \"\(name)\" is in an earlier Community object: rename one of the two")
                }
                do throws(CommunityValue.Failure) {
                    own[name] = try CommunityValue(alias.value ?? "")
                } catch {
                    let remedy =
                        if case .value(let remedy) = error { remedy } else { "write 64500:100 or large:64500:1:100" }
                    check.error("\(field).value", "\"\(alias.value ?? "")\" is not a community: \(remedy)")
                }
            }
            if check.hasError {
                aliases.invalidNames.formUnion(entries.compactMap(\.name))
            } else {
                aliases.values.merge(own) { first, _ in first }
            }
            problems += check.problems
        }
        return aliases
    }
}
