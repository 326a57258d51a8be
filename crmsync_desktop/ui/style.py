"""The style sheet, made from a palette. Widgets say what they are by the properties `role` and `tone`."""

from __future__ import annotations

from crmsync_desktop.ui.palette import Palette
from crmsync_desktop.ui.resources import resource


def style_sheet(p: Palette) -> str:
    """One sheet for the whole application. Font sizes are in points (9.75 pt = 13 px at 96 dots per inch)."""
    return _BASE.format(p=p, chevron=_mark("chevron-down", p), **_tones(p)) + _CONTROLS.format(
        p=p, chevron=_mark("chevron-down", p)
    )


def _mark(name: str, p: Palette) -> str:
    """A drawing that a style sheet points at: it can't be tinted, so each scheme has its own file."""
    return resource("app", f"{name}-{p.name}.svg").as_posix()


def _tones(p: Palette) -> dict[str, str]:
    return {
        "tones": "\n".join(
            f'QLabel[tone="{tone}"] {{ color: {getattr(p, tone)}; }}\n'
            f'QFrame#band[tone="{tone}"] {{ background: {getattr(p, tone + "_soft")};'
            f" border: 1px solid {getattr(p, tone + '_soft')}; }}"
            for tone in ("good", "warn", "bad")
        )
    }


_BASE = """
QWidget {{ color: {p.text}; }}
QMainWindow, QWidget#canvas, QScrollArea#canvas {{ background: {p.canvas}; }}
QScrollArea {{ border: none; background: transparent; }}
QToolTip {{ color: {p.text}; background: {p.surface}; border: 1px solid {p.border}; padding: 6px 8px; }}
QFrame#header {{ background: {p.surface}; }}
QFrame#status {{ background: {p.surface}; border-top: 1px solid {p.border}; }}
QFrame#card {{ background: {p.surface}; border: 1px solid {p.border}; border-radius: 8px; }}
QFrame#sheet {{ background: {p.canvas}; border-left: 1px solid {p.border}; }}
QFrame#panel {{ background: {p.surface}; border-left: 1px solid {p.border}; }}
QFrame#rule {{ background: {p.border}; max-height: 1px; min-height: 1px; border: none; }}
QFrame#band {{ background: {p.accent_soft}; border: 1px solid {p.accent_soft}; border-radius: 6px; }}
QLabel {{ background: transparent; border: none; }}
QLabel[role="headline"] {{ font-size: 15pt; font-weight: 600; }}
QLabel[role="title"] {{ font-size: 11.25pt; font-weight: 600; }}
QLabel[role="strong"] {{ font-weight: 600; }}
QLabel[role="section"] {{ font-weight: 600; }}
QLabel[role="eyebrow"] {{ color: {p.muted}; font-size: 9pt; font-weight: 600; }}
QLabel[role="question"] {{ font-weight: 500; }}
QLabel[role="figure"] {{ font-size: 18pt; font-weight: 600; }}
QLabel[role="muted"] {{ color: {p.muted}; }}
QLabel[role="small"] {{ color: {p.muted}; font-size: 9pt; }}
QLabel[role="chip"] {{ color: {p.link}; background: {p.accent_soft}; border-radius: 4px; padding: 2px 8px;
    font-size: 9pt; font-weight: 500; }}
{tones}
"""

_CONTROLS = """
QPushButton {{ background: {p.surface}; border: 1px solid {p.border}; border-radius: 6px; padding: 0 12px;
    min-height: 30px; font-weight: 500; }}
QPushButton:hover {{ background: {p.sunken}; }}
QPushButton:pressed {{ background: {p.border}; }}
QPushButton:focus {{ border: 1px solid {p.accent}; }}
QPushButton:disabled {{ color: {p.control}; background: {p.sunken}; }}
QPushButton[role="primary"] {{ background: {p.accent}; color: {p.on_accent}; border: 1px solid {p.accent}; }}
QPushButton[role="primary"]:hover {{ background: {p.accent_hover}; border-color: {p.accent_hover}; }}
QPushButton[role="primary"]:focus {{ border: 2px solid {p.text}; }}
QPushButton[role="primary"]:disabled {{ background: {p.sunken}; color: {p.control}; border-color: {p.border}; }}
QPushButton[role="quiet"] {{ background: transparent; border: 1px solid transparent; color: {p.link}; padding: 0 8px; }}
QPushButton[role="quiet"]:hover {{ background: {p.sunken}; }}
QPushButton[role="quiet"]:focus {{ border: 1px solid {p.accent}; }}
QPushButton[role="quiet"]:disabled {{ color: {p.control}; }}
QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 5px; }}
QToolButton:hover {{ background: {p.sunken}; }}
QToolButton:focus {{ border: 1px solid {p.accent}; }}
QToolButton:checked {{ background: {p.accent_soft}; color: {p.link}; }}

QLineEdit, QSpinBox, QComboBox {{ background: {p.surface}; border: 1px solid {p.control}; border-radius: 6px;
    padding: 0 8px; min-height: 30px; selection-background-color: {p.accent}; selection-color: {p.on_accent}; }}
QLineEdit:focus, QSpinBox:focus, QComboBox:focus {{ border: 1px solid {p.accent}; }}
QLineEdit:disabled, QSpinBox:disabled, QComboBox:disabled {{ color: {p.control}; background: {p.sunken};
    border-color: {p.border}; }}
QAbstractSpinBox QLineEdit, QComboBox QLineEdit {{ border: none; min-height: 0; padding: 0; background: transparent; }}
QAbstractSpinBox QLineEdit {{ padding: 0 8px; }}
QSpinBox::up-button {{ subcontrol-position: top right; width: 0; height: 0; border: none; }}
QSpinBox::down-button {{ subcontrol-position: bottom right; width: 0; height: 0; border: none; }}
QComboBox::drop-down {{ border: none; width: 28px; }}
QComboBox::down-arrow {{ image: url({chevron}); width: 16px; height: 16px; }}
QComboBox QAbstractItemView {{ background: {p.surface}; border: 1px solid {p.border}; padding: 4px; outline: none;
    selection-background-color: {p.accent_soft}; selection-color: {p.text}; }}
QComboBox QAbstractItemView::item {{ min-height: 28px; padding: 0 8px; border-radius: 4px; }}
QComboBox QAbstractItemView::item:selected {{ background: {p.accent_soft}; color: {p.text}; }}
QRadioButton {{ spacing: 8px; min-height: 24px; }}
QRadioButton::indicator {{ width: 14px; height: 14px; border-radius: 8px; border: 1px solid {p.control};
    background: {p.surface}; }}
QRadioButton::indicator:hover {{ border-color: {p.accent}; }}
QRadioButton::indicator:checked {{ width: 6px; height: 6px; border: 5px solid {p.accent}; background: {p.on_accent}; }}
QRadioButton:focus {{ color: {p.link}; }}

QTabBar {{ background: {p.surface}; border: none; qproperty-drawBase: 0; }}
QTabBar::tab {{ background: transparent; color: {p.muted}; border: none; border-bottom: 2px solid transparent;
    padding: 0; margin: 0 12px; height: 38px; font-weight: 500; }}
QTabBar::tab:first {{ margin-left: 24px; }}
QTabBar::tab:hover {{ color: {p.text}; }}
QTabBar::tab:selected {{ color: {p.text}; border-bottom: 2px solid {p.accent}; }}
QTabBar::tab:focus {{ color: {p.link}; }}
QFrame#tabs {{ background: {p.surface}; }}

QTableView, QTreeView, QListView {{ background: {p.surface}; border: none; gridline-color: {p.border}; outline: none;
    selection-background-color: {p.accent_soft}; selection-color: {p.text}; alternate-background-color: {p.surface}; }}
QTableView::item, QTreeView::item {{ padding: 0 9px; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QTableView::item:selected, QTreeView::item:selected {{ background: {p.accent_soft}; color: {p.text}; }}
QHeaderView {{ background: {p.surface}; border: none; }}
QHeaderView::section {{ background: {p.surface}; color: {p.muted}; border: none; border-bottom: 1px solid {p.border};
    padding: 0 12px; height: 36px; font-weight: 500; font-size: 9pt; }}
QTableCornerButton::section {{ background: {p.surface}; border: none; }}

QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle {{ background: {p.border}; border-radius: 3px; margin: 3px; min-height: 32px; min-width: 32px; }}
QScrollBar::handle:hover {{ background: {p.control}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QSplitter::handle {{ background: transparent; }}
QProgressBar {{ background: {p.track}; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }}
QProgressBar::chunk {{ background: {p.accent}; border-radius: 3px; }}
QMenu {{ background: {p.surface}; border: 1px solid {p.border}; padding: 4px; }}
QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {p.accent_soft}; }}
QMenu::item:disabled {{ color: {p.control}; }}
"""
