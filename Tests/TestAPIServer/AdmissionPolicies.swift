/// What may be written, by the ValidatingAdmissionPolicies that were loaded and are bound
/// (admissionregistration.k8s.io/v1).
struct AdmissionPolicies: Sendable {
    /// Who asks for what.
    struct Attempt: Sendable {
        var user: User
        /// `CREATE` or `UPDATE`.
        var operation: String
        var path: APIPath
        var object: JSON
        var oldObject: JSON
    }

    private var policies: [String: JSON] = [:]
    private var bound: Set<String> = []

    /// Takes in an object if it is about admission.
    mutating func load(_ object: JSON) {
        switch object["kind"]?.string {
        case "ValidatingAdmissionPolicy": policies[object["metadata", "name"]?.string ?? ""] = object
        case "ValidatingAdmissionPolicyBinding":
            guard object["spec", "validationActions"]?.strings.contains("Deny") ?? false else { return }
            bound.insert(object["spec", "policyName"]?.string ?? "")
        default: break
        }
    }

    /// Refuses what a policy denies. One that cannot be evaluated denies too (failurePolicy Fail).
    func check(_ attempt: Attempt) throws(APIStore.Refusal) {
        for (name, policy) in policies.sorted(by: { $0.key < $1.key }) where bound.contains(name) {
            guard AdmissionPolicies.concerns(policy, attempt) else { continue }
            do {
                if let (reason, message) = try AdmissionPolicies.denial(policy, attempt) {
                    throw APIStore.Refusal(
                        code: reason == "Forbidden" ? 403 : 422, reason: reason,
                        message: "ValidatingAdmissionPolicy '\(name)' denied request: \(message)")
                }
            } catch let refusal as APIStore.Refusal {
                throw refusal
            } catch {
                throw APIStore.Refusal(
                    code: 422, reason: "Invalid",
                    message: "ValidatingAdmissionPolicy '\(name)' denied request: \(error)")
            }
        }
    }

    private static func concerns(_ policy: JSON, _ attempt: Attempt) -> Bool {
        let resource = attempt.path.plural + (attempt.path.subresource.map { "/" + $0 } ?? "")
        return (policy["spec", "matchConstraints", "resourceRules"]?.array ?? []).contains { rule in
            func has(_ field: String, _ value: String) -> Bool {
                let values = rule[field]?.strings ?? []
                return values.contains("*") || values.contains(value)
            }
            return has("apiGroups", attempt.path.group) && has("apiVersions", attempt.path.version)
                && has("operations", attempt.operation) && has("resources", resource)
        }
    }

    /// Why the policy denies it; `nil`: it does not.
    private static func denial(_ policy: JSON, _ attempt: Attempt) throws -> (reason: String, message: String)? {
        var userInfo: JSON = ["username": .string(attempt.user.name)]
        // Absent where there is nothing in it, as in the API.
        if !attempt.user.extra.isEmpty {
            userInfo["extra"] = .object(attempt.user.extra.mapValues { .array($0.map { .string($0) }) })
        }
        var known: [String: JSON] = [
            "object": attempt.object, "oldObject": attempt.oldObject,
            "request": [
                "operation": .string(attempt.operation), "userInfo": userInfo,
                "name": attempt.object["metadata", "name"] ?? "",
            ],
        ]
        func evaluate(_ text: JSON?) throws -> JSON { try CELExpression(text?.string ?? "").evaluate(known) }
        for condition in policy["spec", "matchConditions"]?.array ?? []
        where try evaluate(condition["expression"]) != true { return nil }
        var variables: [String: JSON] = [:]
        for variable in policy["spec", "variables"]?.array ?? [] {
            variables[variable["name"]?.string ?? ""] = try evaluate(variable["expression"])
            known["variables"] = .object(variables)
        }
        for validation in policy["spec", "validations"]?.array ?? []
        where try evaluate(validation["expression"]) != true {
            let said = try? evaluate(validation["messageExpression"])
            let message = said?.string ?? validation["message"]?.string ?? validation["expression"]?.string ?? ""
            return (validation["reason"]?.string ?? "Invalid", message)
        }
        return nil
    }
}
