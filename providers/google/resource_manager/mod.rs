//! Resource Manager: who may do what with a project. Members go by `iam/grant.rs`.

use crate::iam::grant::Member;
use crate::iam::policy::Subject;

/// `google_project_iam_member`
pub(crate) static PROJECT_MEMBER: Member = Member(Subject::Project);
