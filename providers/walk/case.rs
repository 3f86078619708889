//! What the tests of a cloud are: cases, as data.

/// One type's life. Texts are templates: `${name.attribute}` is an attribute of what is set up or of `this`
/// (`${name.list.0.part}` goes into lists and objects), and `${n}` a number that no other case on the same server has.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The type.
    pub kind: &'static str,
    /// What it needs: name, type and configuration. It is made in this order, and deleted in the other.
    pub setup: &'static [(&'static str, &'static str, &'static str)],
    /// The first configuration: JSON, blocks as lists of objects.
    pub create: &'static str,
    /// Configurations that change it in place, one after the other.
    pub updates: &'static [&'static str],
    /// Configurations that replace it, and the attribute that does.
    pub replaces: &'static [(&'static str, &'static str)],
    /// Requests behind the provider's back (several with `then` between them), and the attribute that they change. The
    /// cloud says how they are written; see [`Meddling`](crate::Meddling) for a way that fits most.
    pub tampers: &'static [(&'static str, &'static str)],
    /// Requests that delete it behind the provider's back; none where nothing can.
    pub lose: &'static [&'static str],
    /// The import id.
    pub import: &'static str,
    /// Attributes that the API doesn't tell.
    pub unread: &'static [&'static str],
    /// Attributes that the configuration leaves out and the API tells all the same: states keep them unset, and what is
    /// imported has them.
    pub unsaid: &'static [&'static str],
    /// What tampers change besides: a tampered attribute (`*` for any), and one that follows from it.
    pub follows: &'static [(&'static str, &'static str)],
    /// What its deletion leaves behind on purpose, by the kinds that the fake has of things.
    pub leaves: &'static [&'static str],
    /// Attributes (`name`, or `block.name`; all below it too) that no update, replace or tamper needs to show, and why.
    /// A replace that names one is planned and not carried out.
    pub excused: &'static [(&'static str, &'static str)],
}

/// What cases start from: `Case { kind, create, lose, ..CASE }`.
pub const CASE: Case = Case {
    kind: "",
    setup: &[],
    create: "{}",
    updates: &[],
    replaces: &[],
    tampers: &[],
    lose: &[],
    import: "${this.id}",
    unread: &[],
    unsaid: &[],
    follows: &[],
    leaves: &[],
    excused: &[],
};

/// What a data source is asked and answers. Texts are templates as in [`Case`].
#[derive(Clone, Copy, Debug)]
pub struct DataCase {
    /// The type.
    pub kind: &'static str,
    /// What there is to be read: name, type and configuration.
    pub setup: &'static [(&'static str, &'static str, &'static str)],
    /// The configuration: JSON, blocks as lists of objects.
    pub config: &'static str,
    /// Attributes (`name`, or `list.0.name`), and what they are as JSON.
    pub expected: &'static [(&'static str, &'static str)],
    /// Attributes that are the same as those of something set up: name of the thing, attributes.
    pub same: &'static [(&'static str, &'static [&'static str])],
    /// Configurations that can't be read, and words of the error.
    pub refused: &'static [(&'static str, &'static str)],
}

/// What cases of data sources start from: `DataCase { kind, config, ..DATA_CASE }`.
pub const DATA_CASE: DataCase =
    DataCase { kind: "", setup: &[], config: "{}", expected: &[], same: &[], refused: &[] };
