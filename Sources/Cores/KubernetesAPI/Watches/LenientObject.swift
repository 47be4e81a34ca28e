import KubernetesModel

/// An object of a list, or the reason why it could not be understood: one bad object leaves the others as they are.
package struct LenientObject<Object: KubernetesObject & Decodable & Sendable>: Decodable, Sendable {
    /// Its marks, as far as they could be read.
    package var metadata: ObjectMeta?
    package var object: Object?
    /// Why `object` is `nil`.
    package var problem: String?

    /// `nil` if not even that could be read.
    package var name: NamespacedName? {
        metadata.map { NamespacedName(namespace: $0.namespace ?? Object.defaultNamespace, name: $0.name) }
    }
}

extension LenientObject {
    private struct Head: Decodable {
        var metadata: ObjectMeta
    }

    package init(from decoder: any Decoder) throws {
        do {
            let object = try Object(from: decoder)
            self.object = object
            metadata = object.metadata
        } catch {
            object = nil
            metadata = try? Head(from: decoder).metadata
            problem = (error as? DecodingError)?.place ?? "\(error)"
        }
    }
}
