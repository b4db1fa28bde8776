//! What hands do: (before, script, after).

use crate::script::check;

const TWO: &str = "
    rectangle a 0,0 100x100 fill=red
    rectangle b 200,0 100x100
";

#[test]
fn selecting() {
    check(TWO, "click 50,50", "rectangle a 0,0 100x100 fill=red *\nrectangle b 200,0 100x100");
    // An empty shape is hit at its line only.
    check(TWO, "click 250,50", TWO);
    check(TWO, "click 200,50", "rectangle a 0,0 100x100 fill=red\nrectangle b 200,0 100x100 *");
    check(TWO, "click 204,50", "rectangle a 0,0 100x100 fill=red\nrectangle b 200,0 100x100 *");
    check(TWO, "click 50,50\nclick 200,50", "rectangle a 0,0 100x100 fill=red\nrectangle b 200,0 100x100 *");
    check(TWO, "click 50,50\nclick 500,500", TWO);
    check(TWO, "click 50,50\nkey Escape", TWO);
    let both = "rectangle a 0,0 100x100 fill=red *\nrectangle b 200,0 100x100 *";
    check(TWO, "click 50,50\nhold shift\nclick 200,50", both);
    check(
        TWO,
        "click 50,50\nhold shift\nclick 200,50\nclick 50,50",
        "rectangle a 0,0 100x100 fill=red\nrectangle b 200,0 100x100 *",
    );
    check(TWO, "hold shift\nclick 50,50\nclick 200,50\nclick 500,500", both);
    check(TWO, "key Mod+A", both);
}

#[test]
fn the_topmost_is_hit() {
    let pile = "rectangle a 0,0 100x100 fill=red\nrectangle b 50,50 100x100 fill=blue";
    check(pile, "click 75,75", "rectangle a 0,0 100x100 fill=red\nrectangle b 50,50 100x100 fill=blue *");
    check(pile, "click 25,25", "rectangle a 0,0 100x100 fill=red *\nrectangle b 50,50 100x100 fill=blue");
}

#[test]
fn sweeping() {
    let both = "rectangle a 0,0 100x100 fill=red *\nrectangle b 200,0 100x100 *";
    check(TWO, "drag 400,300 90,50", both);
    check(TWO, "drag 400,300 150,50", "rectangle a 0,0 100x100 fill=red\nrectangle b 200,0 100x100 *");
    // With Alt only what lies in it whole.
    check(TWO, "hold alt\ndrag 400,300 90,50", TWO);
    check(TWO, "hold alt\ndrag 400,300 150,-50", "rectangle a 0,0 100x100 fill=red\nrectangle b 200,0 100x100 *");
    // Inside an empty shape nothing is touched.
    check(TWO, "drag 220,20 280,80", TWO);
    check(TWO, "click 50,50\nhold shift\ndrag 400,300 250,50", both);
    check(TWO, "click 50,50\ndrag 400,300 250,50", "rectangle a 0,0 100x100 fill=red\nrectangle b 200,0 100x100 *");
    check(TWO, "press 400,300\nmove 90,50\nkey Escape", TWO);
}

#[test]
fn moving() {
    let moved = "rectangle a 30,20 100x100 fill=red *\nrectangle b 200,0 100x100";
    check(TWO, "drag 50,50 80,70", moved);
    check(TWO, "drag 50,50 60,60 90,90 80,70", moved);
    check(TWO, "click 50,50\ndrag 50,50 80,70", moved);
    // Below the threshold it is a click.
    check(TWO, "drag 50,50 52,52", "rectangle a 0,0 100x100 fill=red *\nrectangle b 200,0 100x100");
    check(TWO, "finger\ndrag 50,50 54,53", "rectangle a 0,0 100x100 fill=red *\nrectangle b 200,0 100x100");
    check(
        TWO,
        "press 50,50\nmove 80,70\nkey Escape\nmove 90,90\nrelease 90,90",
        "rectangle a 0,0 100x100 fill=red *\nrectangle b 200,0 100x100",
    );
    check(TWO, "hold shift\ndrag 50,50 80,70", "rectangle a 30,0 100x100 fill=red *\nrectangle b 200,0 100x100");
    check(TWO, "key Mod+A\ndrag 50,50 60,60", "rectangle a 10,10 100x100 fill=red *\nrectangle b 210,10 100x100 *");
    // A selected empty shape moves from its inside too.
    check(TWO, "click 200,50\ndrag 250,50 260,60", "rectangle a 0,0 100x100 fill=red\nrectangle b 210,10 100x100 *");
}

#[test]
fn alt_drags_a_copy() {
    check(
        TWO,
        "hold alt\ndrag 50,50 50,350",
        "rectangle a 0,0 100x100 fill=red
        rectangle b 200,0 100x100
        rectangle new 0,300 100x100 fill=red *",
    );
}

#[test]
fn resizing() {
    let one = "rectangle a 0,0 100x100";
    let cases = [
        ("", "100,100 150,120", "0,0 150x120"),
        ("", "0,0 10,20", "10,20 90x80"),
        ("", "100,50 150,90", "0,0 150x100"),
        ("", "50,0 50,-30", "0,-30 100x130"),
        ("shift", "100,100 150,120", "0,0 150x150"),
        ("alt", "100,100 110,120", "-10,-20 120x140"),
        ("", "100,100 -50,50", "-50,0 50x50"),
    ];
    for (held, drag, after) in cases {
        let script = format!("click 0,50\nhold {held}\ndrag {drag}");
        check(one, &script, &format!("rectangle a {after} *"));
    }
    check(one, "click 0,50\npress 100,100\nmove 150,120\nhold shift\nkey Escape", "rectangle a 0,0 100x100 *");
}

#[test]
fn resizing_several() {
    check(TWO, "key Mod+A\ndrag 300,100 600,200", "rectangle a 0,0 200x200 fill=red *\nrectangle b 400,0 200x200 *");
    // What is turned keeps its right angles.
    check(
        "rectangle a 0,0 100x100 angle=45\nrectangle b 200,0 100x100",
        "key Mod+A\ndrag 300,120 620.71,261.42",
        "rectangle a 20.71,20.71 200x200 angle=45 *\nrectangle b 420.71,20.71 200x200 *",
    );
}

#[test]
fn resizing_what_is_turned_holds_the_other_corner() {
    // Turned by a quarter, the corner at the right bottom is seen at the left bottom.
    check(
        "rectangle a 0,0 100x100 fill=red angle=90",
        "click 50,50\ndrag 0,100 -20,140",
        "rectangle a -30,10 140x120 angle=90 fill=red *",
    );
}

#[test]
fn turning() {
    let one = "rectangle a 0,0 100x100 fill=red";
    check(one, "click 50,50\ndrag 50,-24 124,50", "rectangle a 0,0 100x100 angle=90 fill=red *");
    check(one, "click 50,50\nhold shift\ndrag 50,-24 122,48", "rectangle a 0,0 100x100 angle=90 fill=red *");
    check(
        TWO,
        "key Mod+A\ndrag 150,-24 224,50",
        "rectangle a 100,-100 100x100 angle=90 fill=red *\nrectangle b 100,100 100x100 angle=90 *",
    );
}

#[test]
fn ends_of_lines() {
    let line = "line a 10,10 0,0 100,0";
    check(line, "click 50,10\ndrag 110,10 110,110", "line a 10,10 0,0 100,100 *");
    check(line, "click 50,10\ndrag 10,10 0,0", "line a 10,10 -10,-10 100,0 *");
    check(line, "click 50,10\nhold shift\ndrag 110,10 112,60", "line a 10,10 0,0 98.15,56.67 *");
    check(line, "click 50,10\ndrag 35,10 35,30", "line a 10,30 0,0 100,0 *");
}

#[test]
fn creating_boxes() {
    for kind in ["rectangle", "ellipse", "diamond"] {
        let tool = format!("tool {kind}\n");
        let made = |place: &str| format!("{kind} new {place} *");
        check("", &(tool.clone() + "drag 10,10 60,40"), &made("10,10 50x30"));
        check("", &(tool.clone() + "drag 60,40 10,10"), &made("10,10 50x30"));
        check("", &(tool.clone() + "hold shift\ndrag 10,10 60,40"), &made("10,10 50x50"));
        check("", &(tool.clone() + "hold alt\ndrag 100,100 150,120"), &made("50,80 100x40"));
        check("", &(tool.clone() + "click 200,200"), &made("150,150 100x100"));
        check("", &(tool.clone() + "press 0,0\nmove 50,50\nkey Escape\nrelease 50,50"), "");
        // The tool is put down, so the next drag selects.
        check("", &(tool.clone() + "drag 10,10 60,40\ndrag 400,400 500,500"), &made("10,10 50x30").replace(" *", ""));
        let locked = tool + "key q\ndrag 10,10 60,40\ndrag 100,10 160,40";
        check("", &locked, &format!("{kind} new 10,10 50x30\n{kind} new 100,10 60x30"));
    }
}

#[test]
fn creating_lines() {
    for kind in ["line", "arrow"] {
        let made = |place: &str| format!("{kind} new {place} *");
        check("", &format!("tool {kind}\ndrag 10,10 60,40"), &made("10,10 0,0 50,30"));
        check("", &format!("tool {kind}\nhold shift\ndrag 0,0 100,3"), &made("0,0 0,0 100,0"));
    }
    check("", "tool arrow\nclick 10,10", "arrow new 10,10 0,0 100,0 *");
}

#[test]
fn erasing() {
    check(TWO, "tool eraser\ndrag 50,50 150,50", "rectangle b 200,0 100x100");
    check(TWO, "tool eraser\ndrag 50,-50 400,-50 250,50", "rectangle a 0,0 100x100 fill=red");
    check(TWO, "tool eraser\nclick 50,50", "rectangle b 200,0 100x100");
    check(TWO, "tool eraser\npress 50,50\nmove 300,50\nkey Escape\nrelease 300,50", TWO);
    check(TWO, "tool eraser\ndrag 50,50 400,50\nkey Mod+Z", TWO);
    check(TWO, "tool eraser\npress 50,50\nmove 400,50\nhold alt\nmove 50,50\nrelease 50,50", TWO);
}

#[test]
fn tools_have_keys() {
    let cases = [("r", "rectangle"), ("o", "ellipse"), ("d", "diamond"), ("3", "rectangle")];
    for (key, kind) in cases {
        check("", &format!("key {key}\ndrag 0,0 50,50"), &format!("{kind} new 0,0 50x50 *"));
    }
    check("", "key r\nkey Escape\ndrag 0,0 50,50", "");
}

#[test]
fn styles() {
    check(
        TWO,
        "click 50,50\nfill blue\nkey Escape\ntool rectangle\ndrag 0,200 50,250",
        "rectangle a 0,0 100x100 fill=blue\nrectangle b 200,0 100x100\nrectangle new 0,200 50x50 fill=blue/soft *",
    );
    check("", "tool ellipse\nstroke red\ndrag 0,0 50,50", "ellipse new 0,0 50x50 stroke=red *");
    // Closed shapes share theirs, other tools have their own.
    check("", "tool ellipse\nstroke red\ntool diamond\ndrag 0,0 50,50", "diamond new 0,0 50x50 stroke=red *");
    check("", "tool ellipse\nstroke red\ntool line\ndrag 0,0 50,50", "line new 0,0 0,0 50,50 *");
    // With no shape and no shape tool it is meant for all.
    check("", "stroke red\ntool diamond\ndrag 0,0 50,50", "diamond new 0,0 50x50 stroke=red *");
    check(
        TWO,
        "click 50,50\nstroke red\nstroke blue\nkey Mod+Z",
        "rectangle a 0,0 100x100 fill=red *\nrectangle b 200,0 100x100",
    );
}
