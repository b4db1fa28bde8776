//! Icons by the id of a tool or a command.

use crate::ui::icon::IconShape;

/// The icon of a tool; a plain dot for one that has none yet.
pub fn tool_icon(id: &str) -> IconShape {
    match id {
        "select" => icondata::LuMousePointer2,
        "hand" => icondata::LuHand,
        "rectangle" => icondata::LuSquare,
        "ellipse" => icondata::LuCircle,
        "diamond" => icondata::LuDiamond,
        "line" => icondata::LuSlash,
        "arrow" => icondata::LuMoveUpRight,
        "ink" => icondata::LuPencil,
        "text" => icondata::LuType,
        "eraser" => icondata::LuEraser,
        "highlighter" => icondata::LuHighlighter,
        "rubber" => icondata::LuScissors,
        "lasso" => icondata::LuLasso,
        "laser" => icondata::LuZap,
        "eyedropper" => icondata::LuPipette,
        _ => icondata::LuDot,
    }
}

/// The icon of a command that has a button.
pub fn command_icon(id: &str) -> IconShape {
    match id {
        "undo" => icondata::LuUndo2,
        "redo" => icondata::LuRedo2,
        "zoom-in" => icondata::LuPlus,
        "zoom-out" => icondata::LuMinus,
        "zoom-fit" => icondata::LuMaximize,
        "delete" => icondata::LuTrash2,
        "duplicate" => icondata::LuCopy,
        _ => icondata::LuDot,
    }
}
