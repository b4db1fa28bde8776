//! Icons by the id of a tool or a command.

use board::{Field, Kind, Shape, ShapeId};
use kurbo::Size;
use leptos::prelude::*;
use scene::{BoardPoint, Command, DisplayList};

use crate::ui::icon::{Icon, IconShape};

/// The icon of a tool. A closed shape is its own icon.
#[component]
pub fn ToolIcon(
    /// The tool.
    id: &'static str,
) -> impl IntoView {
    let kind = Kind::from_name(id);
    if !kind.is_closed() {
        return view! { <Icon shape=tool_icon(id) /> }.into_any();
    }
    view! {
        <svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linejoin="round" aria-hidden="true">
            <path d=outline(kind) />
        </svg>
    }
    .into_any()
}

/// The lines of a closed shape, as SVG in a box of 24.
fn outline(kind: Kind) -> String {
    let is_wide = matches!(
        kind,
        Kind::Pill
            | Kind::Parallelogram
            | Kind::Trapezoid
            | Kind::Subprocess
            | Kind::ManualInput
            | Kind::Delay
            | Kind::Ellipse
            | Kind::Rectangle
            | Kind::Document
            | Kind::Cloud
    );
    let height = if is_wide { 15.0 } else { 18.0 };
    let place = [
        Field::Pos(BoardPoint::new(3.0, 12.0 - height / 2.0)),
        Field::Size(Size::new(18.0, height)),
        Field::Radius(Some(if kind == Kind::Speech || kind == Kind::Rectangle { 2.5 } else { 0.0 })),
    ];
    let mut list = DisplayList::new();
    Shape::blank(ShapeId::from_random(0), kind).with(&place).paint(&mut list);
    let lines = list.commands().iter().map(|command| match command {
        Command::Stroke { path, .. } => path.to_svg(),
        _ => String::new(),
    });
    lines.collect()
}

/// The icon of a tool; a plain dot for one that has none yet.
pub fn tool_icon(id: &str) -> IconShape {
    match id {
        "select" => icondata::LuMousePointer2,
        "hand" => icondata::LuHand,
        "note" => icondata::LuStickyNote,
        "frame" => icondata::LuFrame,
        "line" => icondata::LuSlash,
        "polygon" => icondata::LuWaypoints,
        "arrow" => icondata::LuMoveUpRight,
        "ink" => icondata::LuPencil,
        "text" => icondata::LuType,
        "eraser" => icondata::LuEraser,
        "highlighter" => icondata::LuHighlighter,
        "rubber" => icondata::LuScissors,
        "lasso" => icondata::LuLasso,
        "comment" => icondata::LuMessageCircle,
        "laser" => icondata::LuZap,
        "eyedropper" => icondata::LuPipette,
        _ => icondata::LuDot,
    }
}

/// The icon of a command; a plain dot for one that has none yet.
pub fn command_icon(id: &str) -> IconShape {
    match id {
        "undo" => icondata::LuUndo2,
        "redo" => icondata::LuRedo2,
        "zoom-in" => icondata::LuPlus,
        "zoom-out" => icondata::LuMinus,
        "zoom-fit" => icondata::LuMaximize,
        "delete" => icondata::LuTrash2,
        "bold" => icondata::LuBold,
        "italic" => icondata::LuItalic,
        "underline" => icondata::LuUnderline,
        "strike" => icondata::LuStrikethrough,
        "code" => icondata::LuCode,
        "link" => icondata::LuLink,
        "bullets" => icondata::LuList,
        "numbers" => icondata::LuListOrdered,
        "duplicate" => icondata::LuCopyPlus,
        "copy" => icondata::LuCopy,
        "cut" => icondata::LuScissors,
        "paste" => icondata::LuClipboardPaste,
        "copy-styles" => icondata::LuPaintbrush,
        "paste-styles" => icondata::LuPaintRoller,
        "lock" => icondata::LuLock,
        "unlock-all" => icondata::LuLockOpen,
        "toggle-snapping" => icondata::LuMagnet,
        "toggle-grid" => icondata::LuGrid3x3,
        "find" => icondata::LuSearch,
        "palette" => icondata::LuCommand,
        "help" => icondata::LuKeyboard,
        "zen" => icondata::LuExpand,
        "view-mode" => icondata::LuEye,
        "zoom-reset" => icondata::LuScanSearch,
        "zoom-selection" => icondata::LuFocus,
        "toggle-map" => icondata::LuMap,
        "frames" => icondata::LuFrame,
        "present" => icondata::LuPlay,
        "copy-link" => icondata::LuLink2,
        "open-link" => icondata::LuExternalLink,
        "select-all" => icondata::LuSquareDashedMousePointer,
        "insert-image" => icondata::LuImagePlus,
        "replace-image" => icondata::LuImageUp,
        "export" => icondata::LuDownload,
        "copy-png" => icondata::LuImageDown,
        "copy-svg" => icondata::LuFileCode,
        "copy-text" => icondata::LuClipboardType,
        "clear-selection" => icondata::LuSquareDashed,
        "select-next" => icondata::LuStepForward,
        "select-previous" => icondata::LuStepBack,
        "edit-text" => icondata::LuTextCursorInput,
        "toggle-tool-lock" => icondata::LuPin,
        "find-next" => icondata::LuChevronRight,
        "find-previous" => icondata::LuChevronLeft,
        "geometry" => icondata::LuRuler,
        "theme" => icondata::LuSunMoon,
        "restore-mine" => icondata::LuArchiveRestore,
        "forget-mine" => icondata::LuArchiveX,
        "cursor-chat" => icondata::LuMessageSquare,
        id => placing_icon(id),
    }
}

/// The icon of a command that puts shapes elsewhere, turns them, or brings them together.
fn placing_icon(id: &str) -> IconShape {
    match id {
        "group" => icondata::LuGroup,
        "ungroup" => icondata::LuUngroup,
        "bring-to-front" => icondata::LuChevronsUp,
        "bring-forward" => icondata::LuChevronUp,
        "send-backward" => icondata::LuChevronDown,
        "send-to-back" => icondata::LuChevronsDown,
        "flip-across" => icondata::LuFlipHorizontal2,
        "flip-down" => icondata::LuFlipVertical2,
        "align-left" => icondata::LuAlignStartVertical,
        "align-centre" => icondata::LuAlignCenterVertical,
        "align-right" => icondata::LuAlignEndVertical,
        "align-top" => icondata::LuAlignStartHorizontal,
        "align-middle" => icondata::LuAlignCenterHorizontal,
        "align-bottom" => icondata::LuAlignEndHorizontal,
        "distribute-across" => icondata::LuAlignHorizontalSpaceBetween,
        "distribute-down" => icondata::LuAlignVerticalSpaceBetween,
        "stretch-across" => icondata::LuStretchHorizontal,
        "stretch-down" => icondata::LuStretchVertical,
        "tidy" => icondata::LuLayoutGrid,
        "turn-right" => icondata::LuRotateCw,
        "turn-left" => icondata::LuRotateCcw,
        "stack-across" => icondata::LuColumns3,
        "stack-down" => icondata::LuRows3,
        "pack" => icondata::LuBoxes,
        "grow-right" => icondata::LuArrowRightFromLine,
        "grow-left" => icondata::LuArrowLeftFromLine,
        "grow-up" => icondata::LuArrowUpFromLine,
        "grow-down" => icondata::LuArrowDownFromLine,
        "nudge-right" => icondata::LuArrowRight,
        "nudge-left" => icondata::LuArrowLeft,
        "nudge-up" => icondata::LuArrowUp,
        "nudge-down" => icondata::LuArrowDown,
        "nudge-far-right" => icondata::LuArrowBigRight,
        "nudge-far-left" => icondata::LuArrowBigLeft,
        "nudge-far-up" => icondata::LuArrowBigUp,
        "nudge-far-down" => icondata::LuArrowBigDown,
        _ => icondata::LuDot,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn every_command_has_an_icon_of_its_own() {
        let mut owners: HashMap<&str, &str> = HashMap::new();
        for command in editor::COMMANDS {
            let icon = command_icon(command.id);
            assert_ne!(icon.data, icondata::LuDot.data, "{} has none", command.id);
            let other = owners.insert(icon.data, command.id);
            assert_eq!(other, None, "{} has the same", command.id);
        }
    }

    #[test]
    fn every_tool_has_an_icon() {
        for tool in editor::TOOLS.iter().filter(|tool| !Kind::from_name(tool.id).is_closed()) {
            assert_ne!(tool_icon(tool.id).data, icondata::LuDot.data, "{} has none", tool.id);
        }
    }
}
