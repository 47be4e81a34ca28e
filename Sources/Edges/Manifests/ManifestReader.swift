import ClusterConfiguration
import KubernetesModel

/// Reads manifests: files of YAML or JSON documents, each an object or a list of objects.
///
/// Anything that cannot be parsed is left out and named in a problem, with file and line; the rest is read.
package struct ManifestReader {
    /// A file that is larger is not read.
    package static let maximumFileSize = 64 << 20

    /// Lists within lists.
    private static let maximumListDepth = 8

    private var reading = ManifestReading()
    private var places: [ObjectReference: Place] = [:]
    private var ignored = IgnoredKinds()

    /// Where an object was first seen, and in which API group.
    private struct Place {
        var group: APIVersion
        var location: SourceLocation
    }

    package static func read(_ files: [ManifestFile]) -> ManifestReading {
        var reader = ManifestReader()
        for file in files { reader.read(file) }
        reader.reading.problems += reader.ignored.notes
        return reader.reading
    }

    // MARK: - Files and documents

    private mutating func read(_ file: ManifestFile) {
        switch file.contents {
        case .failure(let error):
            unreadable(
                file.name, line: nil, "cannot read \(file.name): \(error): make it readable, or leave it out of -f")
        case .success(let bytes) where bytes.count > ManifestReader.maximumFileSize:
            unreadable(
                file.name, line: nil,
                "\(file.name) has more than \(ManifestReader.maximumFileSize >> 20) MiB: split it into smaller files")
        case .success(let bytes):
            do {
                try read(ManifestText.text(of: bytes), file: file.name)
            } catch { unreadable(file.name, line: error.line, error.message) }
        }
    }

    private mutating func read(_ text: String, file: String) {
        if JSONReader.isLikely(text) {
            do throws(ManifestSyntaxError) {
                for node in try JSONReader.read(text) { read(node, file: file, list: nil, depth: 0) }
                return
            } catch {
                // What begins with a brace may still be YAML.
                guard !file.lowercased().hasSuffix(".json") else {
                    unreadable(file, line: error.line, error.message)
                    return
                }
            }
        }
        for document in YAMLDocument.documents(of: text) {
            do throws(ManifestSyntaxError) {
                guard let node = try YAMLReader.read(document) else { continue }
                read(node, file: file, list: nil, depth: 0)
            } catch { unreadable(file, line: error.line, error.message) }
        }
    }

    private mutating func unreadable(_ file: String, line: Int?, _ message: String) {
        let location = line.map { SourceLocation(file: file, line: $0) }
        reading.problems.append(Problem(.error, nil, message, at: location))
        if reading.unreadable.last != file { reading.unreadable.append(file) }
    }

    // MARK: - Objects and lists

    /// Reads an object; in a `FooList` the objects need not say that they are Foos.
    private mutating func read(_ node: ManifestNode, file: String, list: TypeMeta?, depth: Int) {
        let location = SourceLocation(file: file, line: node.line)
        guard case .mapping = node.content else {
            let found = node.description(isSecret: true)
            unreadable(file, line: node.line, "must be an object with apiVersion, kind and metadata, not \(found)")
            return
        }
        guard let type = TypeMeta(node, in: list) else {
            let missing = ["apiVersion", "kind"].filter { node[$0]?.text == nil }.joined(separator: " and ")
            unreadable(file, line: node.line, "this object is incomplete: add \(missing)")
            return
        }
        if type.kind.hasSuffix("List"), type.kind == "List" || node["items"] != nil {
            readList(node, type: type, file: file, depth: depth)
        } else {
            readObject(node, type: type, location: location)
        }
    }

    private mutating func readList(_ node: ManifestNode, type: TypeMeta, file: String, depth: Int) {
        guard depth < ManifestReader.maximumListDepth else {
            unreadable(file, line: node.line, "lists are nested too deep: put the objects into one list")
            return
        }
        guard let items = node["items"], !items.isNull else { return }
        guard case .sequence(let nodes) = items.content else {
            let found = items.description(isSecret: true)
            unreadable(file, line: items.line, "\"items\" of a \(type.kind) must be a list, not \(found)")
            return
        }
        let itemType = type.kind == "List" ? nil : TypeMeta(version: type.version, kind: String(type.kind.dropLast(4)))
        for item in nodes { read(item, file: file, list: itemType, depth: depth + 1) }
    }

    private mutating func readObject(_ node: ManifestNode, type: TypeMeta, location: SourceLocation) {
        switch ManifestKind.find(type, node) {
        case .known(let kind): kind.read(&self, node, type, location)
        case .refused(let message): refuse(node, type: type, location: location, message)
        case .suspect(let message): report(.warning, reference(node, type), message, location)
        case .ignored(let message): ignored.add(type, message, reference(node, type), location)
        }
    }

    private mutating func refuse(_ node: ManifestNode, type: TypeMeta, location: SourceLocation, _ message: String) {
        let object = reference(node, type)
        report(.error, object, field: message.hasPrefix("apiVersion") ? "apiVersion" : nil, message, location)
        if let object { reading.state.leftOut.insert(object) }
    }

    private func reference(_ node: ManifestNode, _ type: TypeMeta) -> ObjectReference? {
        guard let name = node["metadata"]?["name"]?.text, !name.isEmpty else { return nil }
        return ObjectReference(
            kind: type.kind, name: NamespacedName(namespace: node["metadata"]?["namespace"]?.text, name: name))
    }

    private mutating func report(
        _ severity: Problem.Severity, _ object: ObjectReference?, field: String? = nil, _ message: String,
        _ location: SourceLocation
    ) {
        reading.problems.append(Problem(severity, object, field: field, message, at: location))
    }

    // MARK: - One object

    /// Decodes an object and adds it to its list of the cluster's state, unless something is wrong with it.
    mutating func add<Object: KubernetesObject & Decodable>(
        _ node: ManifestNode, _ type: TypeMeta, at location: SourceLocation, shape: ObjectShape,
        check: (Object) -> [ValueFinding], to list: WritableKeyPath<ClusterState, [Object]>
    ) {
        let log = DecodingLog(shape: shape)
        let decoded: Object?
        do {
            decoded = try Object(from: ManifestDecoder(node: node, field: "", log: log))
        } catch {
            log.error("", node, "the object cannot be read: \(error)")
            decoded = nil
        }
        log.findUnknownFields()
        let misread = Set(log.findings.filter(\.isError).map(\.field))
        for finding in decoded.map(check) ?? [] where !misread.contains(finding.field) {
            log.warning(finding.field, node.nearest(to: finding.field), finding.message)
        }
        let object = ObjectReference(
            kind: Object.kind,
            name: NamespacedName(
                namespace: decoded?.metadata.namespace ?? Object.defaultNamespace, name: decoded?.metadata.name ?? ""))
        if decoded?.metadata.name == "",
            log.findings.allSatisfy({ $0.field != "metadata.name" && $0.field != "metadata" })
        {
            log.error("metadata.name", node["metadata"] ?? node, "the name is empty: give the object a name")
        }
        let named = object.name.name.isEmpty ? nil : object
        // It is unknown which object this was: it counts as not read, like a file that ends too early.
        if named == nil, reading.unreadable.last != location.file { reading.unreadable.append(location.file) }
        for finding in log.findings.sorted(by: { $0.line < $1.line }) {
            report(
                finding.isError ? .error : .warning, named, field: finding.field.isEmpty ? nil : finding.field,
                finding.message, SourceLocation(file: location.file, line: finding.line))
        }
        guard isFirst(object, type, location, list) else { return }
        guard let decoded, !log.findings.contains(where: \.isError) else {
            if let named { reading.state.leftOut.insert(named) }
            return
        }
        if let name = named { checkName(name, node, location) }
        reading.state[keyPath: list].append(decoded)
        reading.state.leftOut.remove(object)
        reading.state.locations.set(location, of: "", in: object)
        // Of the other kinds nothing is ever said of a single field later on.
        if shape.isModelledWhole { locate(node, field: "", in: object, file: location.file) }
    }

    /// Whether this is the first object of its name, or takes the place of one in the other API group.
    private mutating func isFirst<Object: KubernetesObject>(
        _ object: ObjectReference, _ type: TypeMeta, _ location: SourceLocation,
        _ list: WritableKeyPath<ClusterState, [Object]>
    ) -> Bool {
        guard !object.name.name.isEmpty else { return true }
        guard let first = places[object] else {
            places[object] = Place(group: type.version, location: location)
            return true
        }
        if first.group.group == type.version.group {
            report(
                .error, object, field: "metadata.name",
                "duplicate name, first used at \(first.location): the first one counts, remove or rename this one",
                location)
            return false
        }
        let isOurs = type.version.group == APIVersion.martlet
        report(
            .warning, object, field: "apiVersion",
            "this object is in both API groups, also at \(first.location): the one of \(APIVersion.martlet) counts, "
                + "remove the other",
            isOurs ? first.location : location)
        guard isOurs else { return false }
        places[object] = Place(group: type.version, location: location)
        reading.state[keyPath: list].removeAll { ObjectReference($0) == object }
        return true
    }

    /// Kubernetes' names are DNS names (RFC 1123 §2.1).
    private mutating func checkName(_ object: ObjectReference, _ node: ManifestNode, _ location: SourceLocation) {
        func isValid(_ name: String) -> Bool {
            guard (1...253).contains(name.utf8.count) else { return false }
            return name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
                label.first.map(\.isLowerCaseOrDigit) ?? false && label.last.map(\.isLowerCaseOrDigit) ?? false
                    && label.allSatisfy { $0.isLowerCaseOrDigit || $0 == UInt8(ascii: "-") }
            }
        }
        let remedy = "Kubernetes allows only lower-case letters, digits, \"-\" and \".\": rename the object"
        if !isValid(object.name.name) {
            report(
                .warning, object, field: "metadata.name", "\"\(object.name.name.shortened)\" is not a name: \(remedy)",
                location)
        }
        if let namespace = object.name.namespace, !isValid(namespace) {
            report(
                .warning, object, field: "metadata.namespace", "\"\(namespace.shortened)\" is not a name: \(remedy)",
                location)
        }
    }

    private mutating func locate(_ node: ManifestNode, field: String, in object: ObjectReference, file: String) {
        switch node.content {
        case .scalar: break
        case .sequence(let nodes):
            for (index, element) in nodes.enumerated() {
                let path = FieldPath.element(of: field, index)
                reading.state.locations.set(SourceLocation(file: file, line: element.line), of: path, in: object)
                locate(element, field: path, in: object, file: file)
            }
        case .mapping(let entries):
            for entry in entries {
                let path = FieldPath.child(of: field, key: entry.key)
                reading.state.locations.set(SourceLocation(file: file, line: entry.line), of: path, in: object)
                locate(entry.value, field: path, in: object, file: file)
            }
        }
    }
}

extension UInt8 {
    fileprivate var isLowerCaseOrDigit: Bool { (0x61...0x7A).contains(self) || (0x30...0x39).contains(self) }
}
