import ClusterConfiguration
import KubernetesModel

/// Values of a Service that the API server would reject, so that the Service would never exist (core/v1 validation).
enum ServiceValues {
    static func findings(in service: Service) -> [ValueFinding] {
        guard let spec = service.spec else { return [] }
        var findings = Findings()
        findings.check(spec.type, "spec.type", ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"])
        findings.check(spec.externalTrafficPolicy, "spec.externalTrafficPolicy", ["Cluster", "Local"])
        findings.check(
            spec.ipFamilyPolicy, "spec.ipFamilyPolicy", ["SingleStack", "PreferDualStack", "RequireDualStack"])
        for (index, family) in (spec.ipFamilies ?? []).enumerated() {
            findings.check(family, "spec.ipFamilies[\(index)]", ["IPv4", "IPv6"])
        }
        if spec.type == "LoadBalancer", let ports = spec.ports, ports.isEmpty {
            findings.add("spec.ports", "a Service of type LoadBalancer needs a port: add one")
        }
        for (index, port) in (spec.ports ?? []).enumerated() {
            let field = "spec.ports[\(index)]"
            findings.check(port.protocol, "\(field).protocol", ["TCP", "UDP", "SCTP"])
            if !(1...65535).contains(port.port) {
                findings.add("\(field).port", "\(port.port) is not a port: write 1 to 65535")
            }
            if let nodePort = port.nodePort, !(0...65535).contains(nodePort) {
                findings.add("\(field).nodePort", "\(nodePort) is not a port: write 1 to 65535, or leave it out")
            }
        }
        return findings.all
    }

    private struct Findings {
        private(set) var all: [ValueFinding] = []

        mutating func add(_ field: String, _ message: String) {
            all.append(ValueFinding(field: field, message: "Kubernetes rejects this Service: \(message)"))
        }

        /// An empty text is one that was left out.
        mutating func check(_ value: String?, _ field: String, _ words: [String]) {
            guard let value, !value.isEmpty, !words.contains(value) else { return }
            let remedy =
                value.likelyMeant(among: words).map { "did you mean \"\($0)\"?" }
                ?? "write \(words.dropLast().joined(separator: ", ")) or \(words.last ?? "")"
            add(field, "\"\(value.shortened)\" is not known here: \(remedy)")
        }
    }
}
