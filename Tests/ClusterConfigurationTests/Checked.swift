import ClusterConfiguration
import Manifests

/// A configuration made of manifests.
struct Checked {
    var configuration: Configuration
    var problems: [Problem]

    init(_ manifests: String..., keeping previous: Configuration? = nil) {
        let reading = ManifestReader.read(
            manifests.enumerated().map { ManifestFile(name: "\($0.offset).yaml", text: $0.element) })
        let made = Configuration.make(from: reading.state, keeping: previous)
        configuration = made.configuration
        problems = reading.problems + made.problems
    }

    /// Each problem on one line, without its place.
    var lines: [String] {
        problems.map { problem in
            var problem = problem
            problem.location = nil
            return problem.description
        }
    }
}

/// Writes manifests in one line.
enum Manifest {
    static func martlet(_ kind: String, _ name: String, _ spec: String, metadata: String = "") -> String {
        object("martlet.dev/v1beta1", kind, name, spec, metadata: metadata)
    }

    static func metalLB(_ kind: String, _ name: String, _ spec: String, metadata: String = "") -> String {
        object(kind == "BGPPeer" ? "metallb.io/v1beta2" : "metallb.io/v1beta1", kind, name, spec, metadata: metadata)
    }

    static func pool(_ name: String, _ addresses: String, _ more: String = "", metadata: String = "") -> String {
        martlet(
            "IPAddressPool", name, "addresses: [\(addresses)]" + (more.isEmpty ? "" : ", " + more), metadata: metadata)
    }

    /// A peer, with the fields that it must have unless they are among the others.
    static func peer(_ name: String, _ spec: String = "") -> String {
        let needed = [
            ("myASN", "64500"), ("peerASN", "64501"), ("peerAddress", "192.0.2.1"),
        ].filter { key, _ in
            !spec.contains("\(key):") && !(key == "peerASN" && spec.contains("dynamicASN:"))
                && !(key == "peerAddress" && spec.contains("interface:"))
        }.map { "\($0): \($1)" }
        return martlet("BGPPeer", name, (needed + (spec.isEmpty ? [] : [spec])).joined(separator: ", "))
    }

    static func bgp(_ name: String, _ spec: String = "") -> String { martlet("BGPAdvertisement", name, spec) }

    static func object(_ version: String, _ kind: String, _ name: String, _ spec: String, metadata: String) -> String {
        "---\napiVersion: \(version)\nkind: \(kind)\nmetadata: {name: \(name)\(metadata.isEmpty ? "" : ", " + metadata)}\n"
            + "spec: {\(spec)}\n"
    }

    static func node(_ name: String, labels: String = "") -> String {
        "---\napiVersion: v1\nkind: Node\nmetadata: {name: \(name), labels: {\(labels)}}\n"
    }

    static func secret(
        _ name: String, _ rest: String, type: String? = "kubernetes.io/basic-auth", namespace: String? = nil
    )
        -> String
    {
        "---\napiVersion: v1\nkind: Secret\nmetadata: {name: \(name)\(namespace.map { ", namespace: \($0)" } ?? "")}\n"
            + (type.map { "type: \($0)\n" } ?? "") + rest + "\n"
    }
}
