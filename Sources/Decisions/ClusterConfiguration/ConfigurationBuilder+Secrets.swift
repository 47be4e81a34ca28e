import FoundationEssentials
import KubernetesModel

extension ConfigurationBuilder {
    /// The key `password` of a Secret, which `field` names.
    func secretPassword(
        _ name: String, namespace: String?, field: String, _ check: inout ObjectCheck
    ) -> Password? {
        let title = "the Secret \(NamespacedName(namespace: namespace, name: name))"
        let secret = state.secrets.first { secret in
            guard secret.metadata.name == name else { return false }
            // A manifest without a namespace goes wherever its neighbors go.
            guard let namespace, let other = secret.metadata.namespace else { return true }
            return namespace == other
        }
        guard let secret else {
            if state.secretsAreUnknown { return nil }
            let isUnreadable = state.leftOut.contains { left in
                left.kind == Secret.kind && left.name.name == name
                    && (namespace == nil || left.name.namespace == nil || left.name.namespace == namespace)
            }
            if isUnreadable {
                check.error(field, "\(title) is invalid: fix it")
                return nil
            }
            check.error(
                field,
                "\(title) does not exist yet: add it, with the type kubernetes.io/basic-auth and the key password")
            return nil
        }
        guard secret.type == "kubernetes.io/basic-auth" else {
            check.error(
                field,
                "\(title) has the type \(secret.type ?? "Opaque"): recreate it with the type kubernetes.io/basic-auth"
            )
            return nil
        }
        // The API server lets stringData win.
        if let text = secret.stringData?["password"] { return Password(text) }
        guard let encoded = secret.data?["password"] else {
            check.error(field, "\(title) has no key \"password\": add it")
            return nil
        }
        // RFC 4648 §4; line breaks are passed over, as Go does.
        guard let octets = Data(base64Encoded: encoded.filter { !$0.isNewline }).map(Array.init) else {
            check.error(field, "the key \"password\" of \(title) is not Base64: encode it, or move it to stringData")
            return nil
        }
        return Password(octets: octets)
    }
}
