//! Which resource refers to which, as a graph: what a state file wants written out for each object, in full, is kept
//! as edges until somebody asks. A chain of N resources has N edges, and N * N / 2 names written out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, OnceLock};
use trueup_addr::ConfigResource;

/// What the objects of each resource depended on when the state was written, object by object.
pub type Stored = BTreeMap<ConfigResource, Vec<Arc<[ConfigResource]>>>;

/// What something refers to, all the way down, in order and each once.
#[derive(Clone)]
pub struct Dependencies(Source);

#[derive(Clone)]
enum Source {
    Listed(Arc<[ConfigResource]>),
    Behind(Arc<References>, usize),
}

impl Dependencies {
    /// Written out; the same list for all who ask about the same resource.
    pub fn list(&self) -> Arc<[ConfigResource]> {
        match &self.0 {
            Source::Listed(list) => list.clone(),
            Source::Behind(references, node) => references.list(*node),
        }
    }
}

impl Default for Dependencies {
    fn default() -> Dependencies {
        Dependencies::from(Vec::new())
    }
}

impl From<Arc<[ConfigResource]>> for Dependencies {
    fn from(list: Arc<[ConfigResource]>) -> Dependencies {
        Dependencies(Source::Listed(list))
    }
}

impl From<Vec<ConfigResource>> for Dependencies {
    fn from(list: Vec<ConfigResource>) -> Dependencies {
        Arc::<[ConfigResource]>::from(list).into()
    }
}

impl fmt::Debug for Dependencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.list().iter()).finish()
    }
}

/// The graph, with what the state has besides: a resource also depends on what its stored objects depended on.
#[derive(Default)]
pub struct References {
    nodes: Vec<Node>,
    index: BTreeMap<ConfigResource, usize>,
    stored: Stored,
}

#[derive(Default)]
struct Node {
    /// Absent where it only stands between resources.
    resource: Option<ConfigResource>,
    edges: BTreeSet<usize>,
    /// The edges followed to their ends, once somebody asked.
    behind: OnceLock<Arc<[ConfigResource]>>,
    /// The same with what the state says.
    listed: OnceLock<Arc<[ConfigResource]>>,
}

impl References {
    /// An empty graph beside what the state says.
    pub fn new(stored: Stored) -> References {
        References { stored, ..References::default() }
    }

    /// The node of a resource, which is added if it isn't there.
    pub fn resource(&mut self, resource: ConfigResource) -> usize {
        if let Some(node) = self.index.get(&resource) {
            return *node;
        }
        let node = self.between(BTreeSet::new());
        self.nodes[node].resource = Some(resource.clone());
        self.index.insert(resource, node);
        node
    }

    /// A node that only stands between resources, such as a local value that many read and that reads many.
    pub fn between(&mut self, edges: BTreeSet<usize>) -> usize {
        self.nodes.push(Node { edges, ..Node::default() });
        self.nodes.len() - 1
    }

    /// A node refers to others.
    pub fn refer(&mut self, from: usize, to: impl IntoIterator<Item = usize>) {
        self.nodes[from].edges.extend(to);
    }

    /// What the state says of each resource.
    pub fn stored(&self) -> &Stored {
        &self.stored
    }

    /// What a resource depends on; nothing if the graph doesn't have it.
    pub fn of(self: &Arc<References>, resource: &ConfigResource) -> Dependencies {
        match self.index.get(resource) {
            Some(node) => Dependencies(Source::Behind(self.clone(), *node)),
            None => self.stored_of(resource).cloned().collect::<Vec<_>>().into(),
        }
    }

    /// Some resources and all that they depend on.
    pub fn with_all_behind(&self, starts: &BTreeSet<ConfigResource>) -> BTreeSet<ConfigResource> {
        let mut all: BTreeSet<ConfigResource> = starts.clone();
        all.extend(starts.iter().flat_map(|start| self.stored_of(start)).cloned());
        let mut stack: Vec<usize> =
            starts.iter().filter_map(|start| self.index.get(start).copied()).collect();
        let mut seen: BTreeSet<usize> = stack.iter().copied().collect();
        while let Some(next) = stack.pop() {
            all.extend(self.nodes[next].resource.clone());
            stack.extend(self.nodes[next].edges.iter().copied().filter(|edge| seen.insert(*edge)));
        }
        all
    }

    fn stored_of(&self, resource: &ConfigResource) -> impl Iterator<Item = &ConfigResource> {
        let lists = self.stored.get(resource).map_or(&[][..], Vec::as_slice);
        let all: BTreeSet<&ConfigResource> = lists.iter().flat_map(|list| list.iter()).collect();
        all.into_iter()
    }

    fn list(&self, node: usize) -> Arc<[ConfigResource]> {
        let listed = self.nodes[node].listed.get_or_init(|| {
            let behind = self.behind(node);
            let resource = self.nodes[node].resource.as_ref();
            let mut more = resource.into_iter().flat_map(|resource| self.stored_of(resource)).peekable();
            if more.peek().is_none() {
                return behind;
            }
            let all: BTreeSet<&ConfigResource> = behind.iter().chain(more).collect();
            all.into_iter().cloned().collect()
        });
        listed.clone()
    }

    /// All resources behind a node but itself. What is behind one that was asked about before isn't walked again.
    fn behind(&self, start: usize) -> Arc<[ConfigResource]> {
        let found = self.nodes[start].behind.get_or_init(|| {
            let mut all: BTreeSet<&ConfigResource> = BTreeSet::new();
            let mut seen = BTreeSet::from([start]);
            let mut stack: Vec<usize> = self.nodes[start].edges.iter().copied().collect();
            while let Some(next) = stack.pop() {
                if !seen.insert(next) {
                    continue;
                }
                let node = &self.nodes[next];
                all.extend(&node.resource);
                match node.behind.get() {
                    Some(list) => all.extend(list.iter()),
                    None => stack.extend(&node.edges),
                }
            }
            if let Some(own) = &self.nodes[start].resource {
                all.remove(own);
            }
            all.into_iter().cloned().collect()
        });
        found.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trueup_addr::{ModulePath, Resource};

    fn name(text: &str) -> ConfigResource {
        ConfigResource { module: ModulePath::default(), resource: Resource::managed("t", text) }
    }

    fn names(list: &[ConfigResource]) -> Vec<String> {
        list.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn lists_what_is_behind_and_what_the_state_adds() {
        let mut references = References::new(Stored::from([
            (name("b"), vec![Arc::from([name("z"), name("a")]), Arc::from([name("y")])]),
            (name("gone"), vec![Arc::from([name("x")])]),
        ]));
        let [a, b, c, d] = ["a", "b", "c", "d"].map(|text| references.resource(name(text)));
        let between = references.between(BTreeSet::from([a]));
        references.refer(b, [between]);
        references.refer(c, [b]);
        references.refer(d, [d, c, a]);
        let references = Arc::new(references);
        let cases: &[(&str, &[&str])] = &[
            ("c", &["t.a", "t.b"]),
            ("d", &["t.a", "t.b", "t.c"]),
            ("a", &[]),
            ("b", &["t.a", "t.y", "t.z"]),
            ("gone", &["t.x"]),
            ("unheard", &[]),
        ];
        for (of, expected) in cases {
            assert_eq!(names(&references.of(&name(of)).list()), *expected, "{of}");
        }
        let all: Vec<_> = references.with_all_behind(&BTreeSet::from([name("b")])).into_iter().collect();
        assert_eq!(names(&all), ["t.a", "t.b", "t.y", "t.z"]);
    }

    #[test]
    fn walks_a_long_chain_once() {
        let mut references = References::default();
        let nodes: Vec<usize> = (0..2000).map(|at| references.resource(name(&format!("r{at:04}")))).collect();
        for pair in nodes.windows(2) {
            references.refer(pair[1], [pair[0]]);
        }
        let references = Arc::new(references);
        for (at, node) in nodes.iter().enumerate() {
            assert_eq!(references.list(*node).len(), at);
        }
    }
}
